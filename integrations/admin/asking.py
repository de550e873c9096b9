"""A page that asks before something is done: a sentence, a form if need be, an act on POST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cases.errors import CaseError

TEMPLATE = "integrations/admin/ask.html"


class ReasonForm(forms.Form):
    """Why it is done; kept in the record."""

    reason = forms.CharField(label="理由", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))


def person_of(request: HttpRequest) -> Any:
    """Who acts: the doors of the administration let nobody in who is not signed in."""
    return request.user


def object_or_404(rows: QuerySet[Any], object_id: str) -> Any:
    try:
        return rows.get(pk=object_id)
    except (rows.model.DoesNotExist, ValidationError, ValueError) as error:
        raise Http404("没有这一行") from error


def asked(
    request: HttpRequest,
    admin: Any,
    row: Model,
    *,
    title: str,
    text: str,
    act: Callable[[Any], Any],
    done: str,
    form_class: type[forms.Form] = forms.Form,
    **more: Any,
) -> HttpResponse:
    """Ask on GET, act on POST. An act that answers with a page shows it; one that is refused says why."""
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            found = act(form)
        except CaseError as error:
            form.add_error(None, error.message)
        else:
            if isinstance(found, HttpResponse):
                return found
            messages.success(request, done)
            return redirect(change_url(row))
    return page(request, admin, row, TEMPLATE, {"title": title, "text": text, "form": form, **more})


def page(request: HttpRequest, admin: Any, row: Model, template: str, context: dict[str, Any]) -> HttpResponse:
    if not admin.has_view_permission(request):
        raise PermissionDenied
    base = {**admin.admin_site.each_context(request), "opts": admin.opts, "back": change_url(row)}
    answer = render(request, template, {**base, **context})
    answer["Cache-Control"] = "no-store"
    return answer


def change_url(row: Model) -> str:
    return reverse(f"admin:integrations_{row._meta.model_name}_change", args=[row.pk])
