"""Is this paper genuine? Public, and nothing personal beyond what kind of paper it is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases.queries.documents import verify_document
from cases.queries.licences import verify_copy
from cases.queries.results import verify_mark
from portal.accounts.access import public
from portal.citizen.language import lang


@public
@never_cache
@require_GET
def verify(request: HttpRequest) -> HttpResponse:
    """Type the mark that stands on the paper."""
    typed = "".join(sign for sign in request.GET.get("mark", "") if sign.isascii() and sign.isalnum())
    if typed:
        return redirect("citizen:verify_mark", mark=typed[:40])
    return render(request, "citizen/verify.html", {"mark": "", "asked": False})


@public
@never_cache
@require_GET
def verify_one(request: HttpRequest, mark: str) -> HttpResponse:
    """Genuine, withdrawn, or never issued."""
    found = verify_mark(mark, lang()) or verify_document(mark)
    copied = None if found else verify_copy(mark, lang())
    context = {"mark": mark, "asked": True, "found": found, "copied": copied}
    return render(request, "citizen/verify.html", context, status=200 if found or copied else 404)
