"""House rules that a machine can check: sizes, names, routes, tasks, hosts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from portal.accounts.access import OWN_SIGN_IN_PREFIXES, Policy

ROOT = Path(__file__).resolve().parents[2]
APPS = ("bundles", "cases", "integrations", "portal")
SOURCES = [p for app in APPS for p in sorted((ROOT / app).rglob("*.py")) if "migrations" not in p.parts]
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_TEMPLATE = 400, 40, 120
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "base", "services", "managers"}
ALLOWED = {ROOT / "portal" / "settings" / "base.py"}


def test_no_source_file_is_longer_than_the_end() -> None:
    long = {str(p.relative_to(ROOT)): n for p in SOURCES if (n := len(p.read_text().splitlines())) > LONGEST_FILE}
    assert long == {}


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_function_is_longer_than_the_end() -> None:
    long = [f"{p.relative_to(ROOT)}:{name} {n}" for p in SOURCES for name, n in functions(p) if n > LONGEST_FUNCTION]
    assert long == []


def test_no_template_is_longer_than_the_end() -> None:
    templates = sorted((ROOT / "templates").rglob("*.html"))
    long = [
        f"{p.relative_to(ROOT)} {n}" for p in templates if (n := len(p.read_text().splitlines())) > LONGEST_TEMPLATE
    ]
    assert long == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    bad = [str(p.relative_to(ROOT)) for p in SOURCES if p.stem in FORBIDDEN_NAMES and p not in ALLOWED]
    assert bad == []


def test_every_public_module_says_what_it_is_for() -> None:
    exempt = {"__init__.py", "apps.py", "__main__.py"}
    silent = [
        str(p.relative_to(ROOT))
        for p in SOURCES
        if p.name not in exempt and not ast.get_docstring(ast.parse(p.read_text()))
    ]
    assert silent == []


def routes(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, path)
        else:
            yield path, pattern


def test_every_route_declares_who_may_open_it() -> None:
    undeclared = [
        path
        for path, pattern in routes(get_resolver())
        if not path.startswith(OWN_SIGN_IN_PREFIXES)
        and not isinstance(getattr(pattern.callback, "policy", None) or _of_class(pattern), Policy)
    ]
    assert undeclared == []


def _of_class(pattern: URLPattern) -> object:
    return getattr(getattr(pattern.callback, "view_class", None), "policy", None)


def test_every_scheduled_task_exists() -> None:
    from django.conf import settings

    from portal.celery import app

    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled <= set(app.tasks)


HOST = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""")


@pytest.mark.parametrize("folder", ["templates", "static"])
def test_nothing_is_loaded_from_another_host(folder: str) -> None:
    suffixes = {".html", ".css", ".js", ".svg"}
    files = [p for p in (ROOT / folder).rglob("*") if p.suffix in suffixes]
    loading = [str(p.relative_to(ROOT)) for p in files if HOST.search(p.read_text())]
    assert loading == []
