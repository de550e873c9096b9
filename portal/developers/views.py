"""The contract with departments: one page, and the files behind it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from portal.developers import contract, kit, vectors

DOCS = Path(settings.BASE_DIR) / "docs"
FILES = {
    "openapi-department.yaml": (DOCS / "openapi-department.yaml", "application/yaml"),
    "department.py": (DOCS / "examples" / "department.py", "text/x-python"),
    "department.mjs": (DOCS / "examples" / "department.mjs", "text/javascript"),
}


@require_safe
def departments(request: HttpRequest) -> HttpResponse:
    """How a department's system talks with the portal, for whoever writes one."""
    lang = "en" if (get_language() or "").startswith("en") else "zh"
    return render(
        request,
        "developers/departments.html",
        {
            "groups": contract.groups(lang),
            "shapes": contract.shapes(lang),
            "meanings": contract.meanings(lang),
            "checks": contract.checks(lang),
            "vectors": vectors.worked(),
            "files": [kit.NAME, *FILES],
        },
    )


@require_safe
def file(request: HttpRequest, name: str) -> HttpResponse:
    """The conformance kit as one file, the document or an example."""
    if name == kit.NAME:
        return _attached(name, kit.packed(), "application/zip")
    if name not in FILES:
        raise Http404
    path, media_type = FILES[name]
    return _attached(name, path.read_bytes(), f"{media_type}; charset=utf-8")


def _attached(name: str, content: bytes, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
