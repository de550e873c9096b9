"""An objection of the applicant to one rule of the points."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.actions.batches import scoring
from portal.accounts.access import applicants_only
from portal.citizen.own import OwnRequest, own_case, says_why

LONGEST = 500


@applicants_only
@require_POST
@says_why
def object_to_points(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Say which rule is wrong and why; only that one is scored anew."""
    own = own_case(request, case_id)
    text = request.POST.get("text", "").replace("\x00", "").strip()[:LONGEST]
    scoring.object_to(own.pk, request.POST.get("rule", "")[:40], text, by=request.user.actor)
    messages.success(request, _("异议已收到，复核好了通知您"))
    return redirect(reverse("citizen:case", args=[case_id]) + "#points")
