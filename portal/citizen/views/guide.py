"""The guide of a bundle: what one gets, who works, what to bring, what it rests on; the same as a paper."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.accounts.access import public
from portal.citizen.language import said
from portal.citizen.shown import beginnings, bundles, guides, notice_papers, notices, pictures
from portal.citizen.shown.departments import short_of
from portal.citizen.shown.parts import Crumb, trail
from portal.citizen.views.catalogue import published_or_404
from portal.ui.papers import pdf_response


@public
@require_GET
def guide(request: HttpRequest, code: str) -> HttpResponse:
    """The page somebody reads before beginning."""
    bundle = published_or_404(code)
    spec = bundle.spec
    shown: dict[str, Any] = {
        "section": "catalogue",
        "bundle": bundle,
        "spec": spec,
        "guide": guides.guide(bundle),
        "picture": pictures.planned(spec),
        "trail": trail(
            Crumb(bundles.stage_title(spec.stage), f"{reverse('citizen:catalogue')}?stage={spec.stage}"),
            Crumb(said(spec)),
        ),
        "lead": short_of(spec.lead),
        "is_straight": beginnings.may_go_straight(request, spec),
        "address": request.build_absolute_uri(reverse("citizen:guide", args=[code])),
    }
    return render(request, "citizen/guide.html", shown)


@public
@require_GET
def guide_paper(request: HttpRequest, code: str) -> HttpResponse:
    """The one-time notice for whoever has answered nothing yet: every item, every paper and when it is needed."""
    bundle = published_or_404(code)
    page = reverse("citizen:guide", args=[code])
    address = request.build_absolute_uri(page)
    return pdf_response(
        request,
        lambda: notice_papers.general(notices.general(bundle, address)),
        filename=f"{said(bundle.spec)} {_('一次性告知单')}",
        otherwise=page,
    )
