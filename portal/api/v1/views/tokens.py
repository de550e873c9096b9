"""Tokens: given for a name and password, in the demonstration for a demo person."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.limits import SignInLimit
from portal.accounts.models import Account, ApiToken
from portal.api.authentication import TokenAuthentication
from portal.api.v1 import serializers

TOKEN_DAYS = 1


class Tokens(APIView):
    """Sign in for the API. Failed tries are counted in the database, by name and by address."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get_authenticate_header(self, request: Request) -> str:
        """A wrong password is a 401 like everywhere, although nobody can sign in here by a token."""
        return TokenAuthentication.keyword

    @extend_schema(request=serializers.TokenRequest, responses={201: serializers.Token})
    def post(self, request: Request) -> Response:
        asked = serializers.TokenRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        username, password = asked.validated_data["username"], asked.validated_data["password"]
        limit = SignInLimit(username, request.META.get("REMOTE_ADDR", ""))
        if limit.is_reached():
            raise Throttled(wait=900, detail="试的次数太多，请十五分钟后再试")
        account = _demo_person(username) if not password else authenticate(username=username, password=password)
        if not isinstance(account, Account):
            limit.count()
            raise AuthenticationFailed("登录名或密码不对")
        limit.clear()
        return Response(
            {"token": ApiToken.issue(account, "api", days=TOKEN_DAYS), "name": account.username}, status=201
        )


def _demo_person(username: str) -> Account | None:
    """Demo people need no password, and exist only where the demonstration does."""
    if not settings.DEMO_SIGN_IN:
        return None
    return Account.objects.filter(username=username, is_demo=True, is_active=True).first()
