"""A definition made readable: the tables of the version page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bundles import queries, yaml
from bundles.errors import Fault, MalformedDocument
from bundles.kept import Kept
from bundles.lint.limits import words as duration_words
from bundles.models import BundleVersion, VersionState
from bundles.publishing import faults_of
from bundles.spec import BundleSpec, Item, load

PARTS = {
    "profile": "概况",
    "guidance": "情形",
    "items": "事项与顺序",
    "form": "表单",
    "materials": "材料",
    "results": "结果",
    "reasons": "退回原因",
    "metrics": "改革前后",
}


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item of the table: what it waits for decides its wave (第几批启动)."""

    item: Item
    wave: int
    dept: str
    committed: str
    statutory: str
    upstream: tuple[str, ...]


def part(version: BundleVersion, name: str) -> SafeString:
    """One tab of the version page; says why if the definition cannot be read."""
    spec = _spec_of(version)
    if isinstance(spec, MalformedDocument):
        return render_to_string("bundles/admin/version/unreadable.html", {"error": spec})
    lead = queries.registry().departments.get(spec.lead)
    context: dict[str, Any] = {"spec": spec, "version": version, "lead": lead.name if lead else spec.lead}
    if name == "items":
        context["rows"] = item_rows(spec)
    return _wide(render_to_string(f"bundles/admin/version/{name}.html", context))


def faults_part(version: BundleVersion) -> SafeString:
    faults = faults_with_lines(version.document)
    return _wide(render_to_string("bundles/admin/version/faults.html", {"faults": faults}))


def _wide(content: SafeString) -> SafeString:
    """A part of the page that takes its whole width."""
    return format_html('<div class="bundle-part">{}</div>', content)


def faults_with_lines(document: Any) -> tuple[Fault, ...]:
    """Faults with the line in the text that the editor shows."""
    return faults_of(document, yaml.read(yaml.write(document)))


def item_rows(spec: BundleSpec) -> list[ItemRow]:
    """Items by wave: those of one wave run side by side."""
    departments = queries.registry().departments
    waves = _waves(spec)
    rows = [
        ItemRow(
            item,
            waves[item.id],
            departments[item.dept].short if item.dept in departments else item.dept,
            duration_words(item.committed),
            duration_words(item.statutory) if item.statutory else "—",
            tuple(dependency.item for dependency in item.depends_on),
        )
        for item in spec.items
    ]
    return sorted(rows, key=lambda row: row.wave)


def _waves(spec: BundleSpec) -> dict[str, int]:
    """Item -> 1 for those that start at once, one more than the latest upstream for the others."""
    upstream = {item.id: {d.item for d in item.depends_on} for item in spec.items}
    waves = dict.fromkeys(upstream, 1)
    for _ in upstream:
        for item, before in upstream.items():
            waves[item] = 1 + max((waves[up] for up in before if up in waves and up != item), default=0)
            waves[item] = min(waves[item], len(upstream))
    return waves


def fault_counts() -> Mapping[UUID, tuple[int, int]]:
    """Errors and warnings of every published version and draft that may be published."""
    return _counts.get()


def _count_all() -> Mapping[UUID, tuple[int, int]]:
    open_states = (VersionState.PUBLISHED, VersionState.DRAFT)
    versions = BundleVersion.objects.filter(state__in=open_states).only("pk", "document")
    return {version.pk: _count(faults_of(version.document)) for version in versions}


def _count(faults: tuple[Fault, ...]) -> tuple[int, int]:
    errors = sum(fault.severity == "error" for fault in faults)
    return errors, len(faults) - errors


def _spec_of(version: BundleVersion) -> BundleSpec | MalformedDocument:
    return _read(version.fingerprint, version)


@lru_cache(maxsize=4)
def _read(fingerprint: str, version: BundleVersion) -> BundleSpec | MalformedDocument:
    try:
        return load(version.document)
    except MalformedDocument as error:
        return error


_counts: Kept[Mapping[UUID, tuple[int, int]]] = Kept("bundles", "registry", build=_count_all)
