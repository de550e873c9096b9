"""Cases of the caller: state, items, history, results; withdrawal and choices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases import access
from cases.actions.applying import withdrawal
from cases.queries import case_page, my_cases, results_page
from portal.api.caller import caller
from portal.api.paging import PAGE, paged
from portal.api.v1 import serializers


class Cases(APIView):
    """The caller's own cases, those that wait for the caller first, then the newest."""

    @extend_schema(parameters=[PAGE], responses=serializers.CaseRow(many=True))
    def get(self, request: Request) -> Response:
        mine = caller(request)
        return paged(request, lambda offset, limit: my_cases(mine, limit, offset=offset), serializers.CaseRow)


class CaseDetail(APIView):
    """One case: where each item is, what depends on what, what happened."""

    @extend_schema(responses=serializers.Case)
    def get(self, request: Request, case_id: UUID) -> Response:
        return Response(case_document(_own(request, case_id)))


class CaseResults(APIView):
    """Results and refusals of a case, with reasons and remedy."""

    @extend_schema(responses=serializers.Results)
    def get(self, request: Request, case_id: UUID) -> Response:
        return Response(serializers.Results(results_page(_own(request, case_id))).data)


class CaseWithdrawal(APIView):
    """Take back everything that is not decided yet."""

    @extend_schema(request=serializers.ReasonRequest, responses=serializers.Case)
    def post(self, request: Request, case_id: UUID) -> Response:
        case = _own(request, case_id)
        withdrawal.withdraw_case(case.pk, by=caller(request).actor, reason=_reason(request))
        return Response(case_document(_own(request, case_id)))


class ItemWithdrawal(APIView):
    """Take back one item; the rest goes on."""

    @extend_schema(request=serializers.ReasonRequest, responses=serializers.Case)
    def post(self, request: Request, case_id: UUID, sub_id: UUID) -> Response:
        sub = _own_sub(request, case_id, sub_id)
        withdrawal.withdraw_item(sub.pk, by=caller(request).actor, reason=_reason(request))
        return Response(case_document(_own(request, case_id)))


class ItemChoice(APIView):
    """Say whether an item shall go on after one it depended on was refused."""

    @extend_schema(request=serializers.Choice, responses=serializers.Case)
    def post(self, request: Request, case_id: UUID, sub_id: UUID) -> Response:
        sub = _own_sub(request, case_id, sub_id)
        asked = serializers.Choice(data=request.data)
        asked.is_valid(raise_exception=True)
        withdrawal.choose(sub.pk, asked.validated_data["go_on"], by=caller(request).actor)
        return Response(case_document(_own(request, case_id)))


def case_document(case: Any) -> dict[str, Any]:
    """A case as the API shows it to its owner."""
    return dict(serializers.Case(case_page(case)).data)


def _own(request: Request, case_id: UUID) -> Any:
    case = access.case_for(caller(request), case_id)
    if case is None:
        raise Http404
    return case


def _own_sub(request: Request, case_id: UUID, sub_id: UUID) -> Any:
    _own(request, case_id)
    sub = access.sub_for(caller(request), sub_id)
    if sub is None or sub.case_id != case_id:
        raise Http404
    return sub


def _reason(request: Request) -> str:
    asked = serializers.ReasonRequest(data=request.data)
    asked.is_valid(raise_exception=True)
    return str(asked.validated_data["reason"])
