"""Why a case is expected on a day: every day counted or skipped, with the reason."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases import access
from cases.queries.due_days import explain
from portal.api.caller import caller
from portal.api.v1.clock_serializers import Clock


class CaseClock(APIView):
    """The expected day of a case and how it was counted; 404 where the case has no such day yet."""

    @extend_schema(responses=Clock)
    def get(self, request: Request, case_id: UUID) -> Response:
        case = access.case_for(caller(request), case_id)
        why = explain(case) if case is not None else None
        if why is None:
            raise Http404
        return Response(Clock(why).data)
