"""Authorisations that others ask of the caller."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cases import access
from cases.actions.applying import parties
from cases.queries import authorisation, parties_seen_by
from portal.api.caller import caller
from portal.api.paging import PAGE, paged
from portal.api.v1 import serializers


class Authorisations(APIView):
    """Requests in other people's cases that are about the caller."""

    @extend_schema(parameters=[PAGE], responses=serializers.Authorisation(many=True))
    def get(self, request: Request) -> Response:
        mine = caller(request)
        return paged(
            request,
            lambda offset, limit: parties_seen_by(mine, offset=offset, limit=limit),
            serializers.Authorisation,
        )


class AuthorisationAnswer(APIView):
    """Agree or decline; only the person meant can."""

    @extend_schema(request=serializers.AuthorisationYes, responses=serializers.Authorisation)
    def post(self, request: Request, party_id: UUID, answer: str) -> Response:
        if access.party_for(caller(request), party_id) is None:
            raise Http404
        if answer not in ("agree", "decline"):
            raise Http404
        said = serializers.AuthorisationYes(data=request.data)
        said.is_valid(raise_exception=True)
        if answer == "agree":
            parties.agree(party_id, account=caller(request), sensitive=said.validated_data["sensitive"])
        else:
            parties.decline(party_id, account=caller(request))
        party = access.party_for(caller(request), party_id)
        if party is None:
            raise Http404
        return Response(serializers.Authorisation(authorisation(party)).data)
