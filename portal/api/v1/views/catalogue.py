"""The catalogue: bundles that can be filed, and what each asks."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bundles import queries
from bundles.spec import dump
from portal.api.v1 import serializers


class Bundles(APIView):
    """Everything that can be filed, with its published version."""

    permission_classes = (AllowAny,)

    @extend_schema(responses=serializers.BundleRow(many=True))
    def get(self, request: Request) -> Response:
        return Response([_row(published) for published in queries.published_all()])


class BundleDetail(APIView):
    """One bundle: questions, items, form, materials and results as its version defines them."""

    permission_classes = (AllowAny,)

    @extend_schema(responses=serializers.Bundle)
    def get(self, request: Request, code: str) -> Response:
        published = next((one for one in queries.published_all() if one.code == code), None)
        if published is None:
            raise Http404
        document = dump(published.spec)
        parts = {name: document.get(name) for name in ("summary", "guidance", "form", "materials", "results")}
        return Response({**_row(published), **parts, "all_items": document["items"]})


def _row(published: queries.PublishedBundle) -> dict[str, Any]:
    spec = published.spec
    return {
        "code": published.code,
        "zh": spec.zh,
        "en": spec.en,
        "kind": spec.class_,
        "stage": spec.stage,
        "mode": spec.mode,
        "lead": spec.lead,
        "version": published.number,
        "items": len(spec.items),
    }
