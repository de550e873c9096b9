"""The catalogue of data sharing (数据共享目录): every interface and licence, on what terms, who uses it what for.

政务数据共享条例 (国令809号): shared data stands in one catalogue, with its department, its kind of sharing and its use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Q
from django.utils import timezone

from bundles import queries
from bundles.spec import BundleSpec, dump
from bundles.spec.registry import Interface, LicenceKind
from cases.models import DataCall

_SOURCE = re.compile(r"\b(api|licence):([A-Z0-9_]+)@")
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)
WEAK, DOWN, ENOUGH = 0.05, 0.5, 3


@dataclass(frozen=True, slots=True)
class Use:
    """A bundle that uses an interface: the fields it fills in, the papers it spares, the items whose rules read it."""

    bundle_code: str
    bundle: str
    fields: tuple[str, ...]
    papers: tuple[str, ...]
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the catalogue. `kind`: api or licence; `known` is its entry in the registry."""

    kind: str
    code: str
    title: str
    dept: str
    known: Interface | LicenceKind
    bundles: tuple[tuple[str, str], ...]

    @property
    def is_conditional(self) -> bool:
        """Whether it is shared on conditions (有条件共享); a licence always is: by grant."""
        return not isinstance(self.known, Interface) or self.known.share == "conditional"


@dataclass(frozen=True, slots=True)
class Figures:
    """How an interface did within the last hour. `health`: good, weak, down, or quiet where nobody asked."""

    calls: int = 0
    unavailable: int = 0
    empty: int = 0
    average_ms: int = 0

    @property
    def health(self) -> str:
        if not self.calls:
            return "quiet"
        share = self.unavailable / self.calls
        if share >= DOWN and self.calls >= ENOUGH:
            return "down"
        return "weak" if share >= WEAK else "good"


def catalogue(
    *, lang: str = "zh", kind: str = "", dept: str = "", share: str = "", words: str = ""
) -> tuple[Listed, ...]:
    """The lines of the catalogue, narrowed; by department, then by code."""
    found = (one for one in _everything(lang) if kind in ("", one.kind) and dept in ("", one.dept))
    chosen = (one for one in found if not share or one.is_conditional == (share == "conditional"))
    lines = (one for one in chosen if words.lower() in f"{one.code} {one.title}".lower())
    return tuple(sorted(lines, key=lambda one: (one.dept, one.kind, one.code)))


def listed(kind: str, code: str, lang: str = "zh") -> Listed | None:
    """One line; None for an unknown code."""
    return next((one for one in _everything(lang) if (one.kind, one.code) == (kind, code)), None)


def _everything(lang: str) -> Iterator[Listed]:
    registry = queries.registry()
    users = _users()
    for kind, entries in (("api", registry.interfaces), ("licence", registry.licences)):
        for code, known in entries.items():
            bundles = tuple((spec.code, _said(spec, lang)) for spec in users.get(f"{kind}:{code}", ()))
            yield Listed(kind, code, _said(known, lang), known.dept, known, bundles)


def uses_of(kind: str, code: str, lang: str = "zh") -> tuple[Use, ...]:
    """What each published bundle does with an interface: the purposes it is shared for."""
    return tuple(_use(spec, kind, code, lang) for spec in _users().get(f"{kind}:{code}", ()))


def _use(spec: BundleSpec, kind: str, code: str, lang: str) -> Use:
    mark = f"{kind}:{code}@"
    fields = (field for _, _, field in spec.walk_fields() if any(mark in path for path in field.prefills))
    papers = (paper for paper in spec.materials if code in paper.exempt_by)
    items = (item for item in spec.items if any(mark in rule.expr for rule in item.decision.rules))
    return Use(
        spec.code, _said(spec, lang), *(tuple(_said(one, lang) for one in some) for some in (fields, papers, items))
    )


def _said(one: Any, lang: str) -> str:
    return str(one.en if lang == "en" and one.en else one.zh)


def _users() -> Mapping[str, tuple[BundleSpec, ...]]:
    """By "api:CODE" and "licence:CODE": the published bundles that read it."""
    found: dict[str, list[BundleSpec]] = {}
    for published in queries.published_all():
        for source in _sources_of(published.version_id):
            found.setdefault(source, []).append(published.spec)
    return {source: tuple(specs) for source, specs in found.items()}


@lru_cache(maxsize=256)
def _sources_of(version_id: UUID) -> frozenset[str]:
    """A published version never changes, so it is read once."""
    spec = queries.version(version_id).spec
    named = {f"{kind}:{code}" for kind, code in _SOURCE.findall(str(dump(spec)))}
    registry = queries.registry()
    for code in (code for paper in spec.materials for code in paper.exempt_by):
        named.add(f"licence:{code}" if code in registry.licences else f"api:{code}")
    return frozenset(named)


def figures(code: str = "") -> Mapping[tuple[str, str], Figures]:
    """By kind and code: how it went within the last hour; of one code or of all."""
    rows = DataCall.objects.filter(at__gte=timezone.now() - HOUR, **({"code": code} if code else {})).order_by()
    counted = rows.values_list("kind", "code").annotate(
        calls=Count("pk"),
        silent=Count("pk", filter=Q(outcome="unavailable")),
        none=Count("pk", filter=Q(outcome="empty")),
        ms=Avg("elapsed_ms"),
    )
    return {(kind, one): Figures(calls, silent, none, round(ms or 0)) for kind, one, calls, silent, none, ms in counted}


def reasons(code: str) -> Mapping[str, int]:
    """Why an interface did not answer within the last day, by the code of the reason."""
    rows = DataCall.objects.filter(code=code, at__gte=timezone.now() - DAY, outcome="unavailable").order_by()
    return dict(rows.values_list("reason").annotate(times=Count("pk")))


def calls_of_the_day(code: str) -> int:
    """How often an interface was asked within the last day."""
    return DataCall.objects.filter(code=code, at__gte=timezone.now() - DAY).count()
