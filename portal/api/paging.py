"""Lists of the API in pages: `?page=2`, and a Link header that names the next page while there is one (RFC 8288)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

A_PAGE, LAST_PAGE = 100, 1000
PAGE = OpenApiParameter("page", int, OpenApiParameter.QUERY, description="100 rows a page; 1 is the first")


def paged(request: Request, read: Callable[[int, int], Sequence[Any]], shown: Any) -> Response:
    """The page that is asked for: `read` takes (offset, limit), `shown` is the serializer of a row."""
    text = request.query_params.get("page", "")
    number = max(1, min(int(text), LAST_PAGE)) if text.isascii() and text.isdigit() and len(text) < 10 else 1
    rows = read((number - 1) * A_PAGE, A_PAGE + 1)
    response = Response(shown(rows[:A_PAGE], many=True).data)
    if len(rows) > A_PAGE and number < LAST_PAGE:
        response["Link"] = f'<{request.build_absolute_uri(request.path)}?page={number + 1}>; rel="next"'
    return response
