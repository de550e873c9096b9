"""The plan of a live case: what may be changed, its versions, a change."""

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
from cases.actions.scheduling import replanning
from cases.queries.plans import Plans, plans_of
from portal.api.caller import caller
from portal.api.v1.mode_serializers import Plan, PlanRequest


class CasePlan(APIView):
    """404 where the case has no plan that could be changed."""

    @extend_schema(responses=Plan)
    def get(self, request: Request, case_id: UUID) -> Response:
        return Response(_document(*_own(request, case_id)))

    @extend_schema(request=PlanRequest, responses={201: Plan})
    def post(self, request: Request, case_id: UUID) -> Response:
        """Propose a change; the plan of before holds until those who must agree have agreed."""
        case, _plans = _own(request, case_id)
        asked = PlanRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        by = caller(request).actor
        replanning.change_plan(case.pk, said["change"], said["typed"], by=by, reason=said["reason"].strip())
        return Response(_document(*_own(request, case_id)), status=201)


def _own(request: Request, case_id: UUID) -> tuple[Any, Plans]:
    account = caller(request)
    case = access.case_for(account, case_id)
    found = plans_of(case, account.actor) if case is not None else None
    if case is None or found is None:
        raise Http404
    return case, found


def _document(case: Any, plans: Plans) -> dict[str, Any]:
    said = case.answers.get("fields") or {}
    changes = [
        {
            "id": one.id,
            "title": one.zh,
            "act": one.act,
            "values": {path: said.get(path) for path in one.changes},
            "redo": one.redo,
            "keep": one.keep,
        }
        for one in (*plans.changes, *plans.withdrawals)
    ]
    versions = [asdict(one) for one in plans.versions]
    return dict(Plan({"holds": plans.holds, "changes": changes, "versions": versions}).data)
