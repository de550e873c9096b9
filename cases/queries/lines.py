"""Lines of a notice: points about the same field or material, asked by one department or several, are one line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bundles.spec import BundleSpec
from bundles.spec.registry import Registry
from cases.models import SupplementPoint

BEFORE, AFTER = "补正", "补充材料"


@dataclass(frozen=True, slots=True)
class Asking:
    """A department that asks for a line; the portal itself asks as 平台."""

    code: str
    name: str
    short: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A numbered line: what it is about, in whose words, who asks. `kind`: 补正 before acceptance, 补充材料 after."""

    number: int
    about: str
    title: str
    texts: tuple[str, ...]
    asking: tuple[Asking, ...]
    items: tuple[str, ...]
    kind: str


def line_key(about: str, text: str) -> str:
    """What makes two points one line: the same field or material, or the same words where neither is named."""
    return about or text.strip()


def lines_of(
    spec: BundleSpec, registry: Registry, points: Iterable[SupplementPoint], lang: str = "zh"
) -> tuple[Line, ...]:
    """The lines of points that were told, in the order of their numbers."""
    by_number: dict[int, list[SupplementPoint]] = defaultdict(list)
    for point in points:
        by_number[point.line or 0].append(point)
    return tuple(_line(number, by_number[number], spec, registry, lang) for number in sorted(by_number))


def _line(number: int, points: list[SupplementPoint], spec: BundleSpec, registry: Registry, lang: str) -> Line:
    about = points[0].about
    return Line(
        number=number,
        about=about,
        title=title_of(spec, about, lang),
        texts=tuple(dict.fromkeys(point.text for point in points)),
        asking=tuple(dict.fromkeys(_asking(point, registry) for point in points)),
        items=tuple(dict.fromkeys(point.sub.item_id for point in points)),
        kind=AFTER if all(point.after_acceptance for point in points) else BEFORE,
    )


def _asking(point: SupplementPoint, registry: Registry) -> Asking:
    department = registry.departments.get(point.department)
    if department is None:
        return Asking(point.department, _("政务服务平台"), _("平台"), point.repeated)
    return Asking(point.department, department.name, department.short, point.repeated)


def title_of(spec: BundleSpec, about: str, lang: str = "zh") -> str:
    """The name of the material or field a point is about; empty where it names neither."""
    name = about.rpartition(".")[2]
    material = next((one for one in spec.materials if one.id == about.partition(".")[0]), None)
    named = material or (spec.field(name) if spec.has_field(name) else None)
    if named is None:
        return ""
    return named.en if lang == "en" and named.en else named.zh
