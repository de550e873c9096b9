"""Bearer tokens of the API; a browser's session works as well."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from portal.accounts.models import Account, ApiToken


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`. Unknown, expired and revoked tokens get the same answer."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[Account, None] | None:
        scheme, _, clear = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != self.keyword.lower():
            return None
        account = ApiToken.account_of(clear.strip())
        if account is None:
            raise AuthenticationFailed("令牌无效或已过期，请重新取得")
        return account, None

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class TokenScheme(OpenApiAuthenticationExtension):
    """How the schema names the tokens."""

    target_class = "portal.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer"}
