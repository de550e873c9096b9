"""Visits of a case: what is booked or to be booked, with the free times; a booking."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases import access
from cases.actions.scheduling import appointments
from cases.queries.visits import VisitView, visits_of
from portal.api.caller import caller
from portal.api.v1.mode_serializers import Visit, VisitRequest


class CaseVisits(APIView):
    """Nothing to book is an empty list."""

    @extend_schema(responses=Visit(many=True))
    def get(self, request: Request, case_id: UUID) -> Response:
        return Response(_document(request, _own(request, case_id)))

    @extend_schema(request=VisitRequest, responses={201: Visit(many=True)})
    def post(self, request: Request, case_id: UUID) -> Response:
        """Book one of the free times, or move the booking there; 409 where the time has just been taken."""
        case = _own(request, case_id)
        asked = VisitRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        if said["sub_id"] not in {one.sub_id for one in visits_of(case)}:
            raise Http404
        appointments.book(said["sub_id"], said["begins_at"], by=caller(request).actor, language=said["language"])
        return Response(_document(request, case), status=201)


def _own(request: Request, case_id: UUID) -> Any:
    case = access.case_for(caller(request), case_id)
    if case is None:
        raise Http404
    return case


def _document(request: Request, case: Any) -> list[dict[str, Any]]:
    return [dict(Visit(_with_slots(request, one)).data) for one in visits_of(case)]


def _with_slots(request: Request, visit: VisitView) -> dict[str, Any]:
    sub = access.sub_for(caller(request), visit.sub_id) if visit.sub_id else None
    rule = appointments.rule_of(sub) if sub else None
    slots = [asdict(one) for one in appointments.offered(sub, rule)] if sub and rule else []
    return {**asdict(visit), "slots": slots, "languages": list(rule.languages) if rule else []}
