"""Help, accessibility, privacy."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.accounts.access import public


@public
@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    """How it works, in questions and answers."""
    return render(request, "citizen/help.html", {"section": "help"})


@public
@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """What works for whom, and where it does not yet."""
    return render(request, "citizen/accessibility.html", {})


@public
@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """Which data, for what, how long, and the rights one has."""
    return render(request, "citizen/privacy.html", {})
