"""The wallet through the API: licences, whom one lets use them, a code to show."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.actions.licences import granting
from cases.queries.licences import LicencePage, grants_given, licence_page, wallet
from portal.api.caller import ApplicantsOnly, caller
from portal.api.paging import PAGE, paged
from portal.api.v1.licence_serializers import Grant, GrantRequest, Licence, LicenceDetail, ShownCode


class Licences(APIView):
    """What the caller holds or speaks for."""

    permission_classes = [ApplicantsOnly]

    @extend_schema(parameters=[PAGE], responses=Licence(many=True))
    def get(self, request: Request) -> Response:
        mine = caller(request)
        return paged(request, lambda offset, limit: wallet(mine, limit=limit, offset=offset), Licence)


class LicenceOne(APIView):
    """One licence in full; 404 for a stranger's."""

    permission_classes = [ApplicantsOnly]

    @extend_schema(responses=LicenceDetail)
    def get(self, request: Request, licence_id: UUID) -> Response:
        return Response(LicenceDetail(_own(request, licence_id)).data)


class LicenceGrants(APIView):
    """Let one case use a licence for some days."""

    permission_classes = [ApplicantsOnly]

    @extend_schema(request=GrantRequest, responses={201: Grant(many=True)})
    def post(self, request: Request, licence_id: UUID) -> Response:
        _own(request, licence_id)
        asked = GrantRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        said: dict[str, Any] = asked.validated_data
        granting.grant(licence_id, said["case_number"], days=said["days"], account=caller(request))
        return Response(Grant(_own(request, licence_id).grants, many=True).data, status=201)


class LicenceShown(APIView):
    """A code for whom one stands before; an earlier one is void."""

    permission_classes = [ApplicantsOnly]

    @extend_schema(request=None, responses={201: ShownCode})
    def post(self, request: Request, licence_id: UUID) -> Response:
        _own(request, licence_id)
        code = granting.show(licence_id, account=caller(request))
        return Response(ShownCode({"code": code}).data, status=201)


class GrantRevocation(APIView):
    """Take a grant back; nothing is read by it from then on."""

    permission_classes = [ApplicantsOnly]

    @extend_schema(request=None, responses=Grant(many=True))
    def post(self, request: Request, grant_id: UUID) -> Response:
        if grant_id not in {one.id for one in grants_given(caller(request))}:
            raise Http404
        taken = granting.revoke(grant_id, account=caller(request))
        return Response(Grant(_own(request, taken.licence_id).grants, many=True).data)


def _own(request: Request, licence_id: UUID) -> LicencePage:
    page = licence_page(caller(request), licence_id)
    if page is None:
        raise Http404
    return page
