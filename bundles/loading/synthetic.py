"""A catalogue of matters made up from real kinds of business, as large as a city's: for scale, demonstration and tests.

The same seed makes the same matters. Codes are made up too, and valid in their structure.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from stdnum.cn import uscc

from bundles.loading.entries import mark_of, read_file
from bundles.loading.matters import found_by_name, write_matters
from bundles.models import Department, Matter

FILE, SEED, MADE_UP = "matter_words.yaml", 20_261_122, "synthetic"
LEVEL_DIGIT = {"national": "1", "province": "2", "city": "3", "district": "4", "town": "5"}
TYPE_DIGITS = {
    "行政许可": "01",
    "行政给付": "05",
    "行政确认": "07",
    "行政奖励": "08",
    "其他行政权力": "10",
    "公共服务": "20",
}
AUDIENCES = {"个人": "person", "企业": "org", "个人和企业": "both"}
CITY, PROVINCE = "350200", "350000"
TOWN_TYPES = ("公共服务", "行政给付")  # what villages and streets hand out and take in
PER_CITY_MAIN = 2  # main matters of the city to each other matter, while there are any: a small catalogue reads well


@dataclass(frozen=True, slots=True)
class _Kind:
    """A main matter with the digits of its base code; `parts` are the situations of its type."""

    dept: str
    zh: str
    audience: str
    stage: str
    type: str
    base: str
    parts: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Office:
    level: str
    region: str
    name: str


# A kind of business at an office, and which of its parts; 0 is the main matter.
_Place = tuple[_Kind, _Office, int]


def synthesize(library: Path, count: int, seed: int = SEED) -> int:
    """Bring a made-up catalogue of `count` matters in, instead of an earlier one. The number of matters."""
    words = read_file(library / FILE)
    _add_departments(words["departments"])
    rows = list(_linked(_row(*place) for place in _chosen(words, count, seed)))
    held = dict(Matter.objects.filter(origin=MADE_UP).values_list("pk", "shipped"))
    fresh = found_by_name([row for row in rows if held.get(row.pk) != row.shipped])
    gone = held.keys() - {row.pk for row in rows}
    with transaction.atomic():
        if gone:
            Matter.objects.filter(pk__in=gone)._raw_delete("default")
        write_matters(fresh)
    return len(rows)


@transaction.atomic
def clear(library: Path) -> int:
    """Take the made-up matters out, with the departments that only they have. The number of matters."""
    mine = Matter.objects.filter(origin=MADE_UP)
    gone: int = mine.count()
    mine._raw_delete("default")
    Department.objects.filter(shipped=MADE_UP, matters=None).delete()
    return gone


def _add_departments(entries: Mapping[str, Mapping[str, str]]) -> None:
    rows = [
        Department(
            code=code, kind="government", system="api-sync", shipped=MADE_UP, org_code=_credit_code(80 + n), **entry
        )
        for n, (code, entry) in enumerate(entries.items())
    ]
    Department.objects.bulk_create(rows, ignore_conflicts=True)


def _credit_code(number: int, region: str = CITY) -> str:
    """统一社会信用代码 of a government body (GB 32100), with its check character."""
    start = f"11{region}MB9X{number:05d}"
    return start + str(uscc.calc_check_digit(start))


def _chosen(words: Mapping[str, Any], count: int, seed: int) -> list[_Place]:
    """Main matters of the city and everything else, in an order that the seed decides; made only once chosen."""
    names = dict(Department.objects.values_list("code", "name"))
    first: list[_Place] = []
    rest: list[_Place] = []
    for kind in _kinds(words):
        for office in _offices(words, kind, names):
            (first if office.level == "city" else rest).append((kind, office, 0))
            rest.extend((kind, office, n) for n in range(1, len(kind.parts) + 1))
    chance = random.Random(seed)
    chance.shuffle(first)
    chance.shuffle(rest)
    mains = min(len(first), count * PER_CITY_MAIN // (PER_CITY_MAIN + 1) + 1)
    return [*first[:mains], *rest[: max(0, count - mains)]][:count]


def _linked(rows: Iterable[Matter]) -> Iterator[Matter]:
    """Main matters first; a part whose main matter was not chosen stands alone."""
    rows = sorted(rows, key=lambda row: (row.parent_id is not None, row.pk))
    known = {row.pk for row in rows}
    for row in rows:
        if row.parent_id not in known:
            row.parent_id = None
        row.shipped = mark_of([row.zh, row.base, row.office, row.parent_id])
        yield row


def _kinds(words: Mapping[str, Any]) -> Iterator[_Kind]:
    for d, (dept, groups) in enumerate(words["matters"].items(), start=50):
        number = 0
        for key, objects in groups.items():
            who, stage, kind = key.split()
            for zh in objects:
                number += 1
                base = f"35{TYPE_DIGITS[kind]}{d:02d}{number:03d}"
                yield _Kind(dept, zh, AUDIENCES[who], stage, kind, base, words["situations"][kind])


def _offices(words: Mapping[str, Any], kind: _Kind, names: Mapping[str, str]) -> Iterator[_Office]:
    """Who handles a matter: the city and its districts; the country and the province for permits; towns for aid."""
    national, province, district = words["offices"][kind.dept]
    yield _Office("city", CITY, names[kind.dept])
    if kind.type == "行政许可":
        yield _Office("national", "", national)
        yield _Office("province", PROVINCE, province)
    for code, name in words["regions"].items():
        yield _Office("district", code, f"{name}{district}")
    if kind.dept in words["at_towns"] and kind.type in TOWN_TYPES:
        for code, towns in words["towns"].items():
            area = words["regions"][code]
            yield from (
                _Office("town", f"{code}{n:03d}", f"{area}{name}便民服务中心") for n, name in enumerate(towns, 1)
            )


def _row(kind: _Kind, office: _Office, number: int) -> Matter:
    """The main matter at an office (0), or one of its parts."""
    main = f"{kind.dept.lower()}-{kind.base[2:]}-{office.region or '000000'}"
    if number == 0:
        return _matter(kind, office, main, kind.zh, f"{kind.base}000", None)
    part = kind.parts[number - 1]
    return _matter(kind, office, f"{main}-{number:02d}", f"{kind.zh}{part}", f"{kind.base}{number:03d}", main)


def _matter(kind: _Kind, office: _Office, code: str, zh: str, base: str, parent: str | None) -> Matter:
    chance = random.Random(code)
    proactive = kind.type == "行政给付" and chance.random() < 0.1
    channels = [name for name, share in _CHANNELS if chance.random() < share] or ["window"]
    owner = _credit_code(100 + int(kind.base[4:6]), office.region[:6] or "100000")
    return Matter(
        matter=code, zh=zh, dept_id=kind.dept, type=kind.type, base=base, impl=owner + LEVEL_DIGIT[office.level] + base,
        parent_id=parent, level=office.level, region=office.region, office=office.name, audience=kind.audience,
        stage=kind.stage, channels=["proactive", *channels] if proactive else channels,
        reach=chance.choices(("city", "province", "national"), (70, 18, 12))[0],
        instant=kind.type in ("公共服务", "行政确认") and chance.random() < 0.15, paperless=chance.random() < 0.18,
        days=chance.choice((1, 1, 2, 3, 5, 7, 10, 15, 20)), fee="" if chance.random() < 0.12 else "不收费",
        origin=MADE_UP,
    )  # fmt: skip


_CHANNELS = (("online", 0.85), ("mobile", 0.6), ("window", 0.95), ("kiosk", 0.12))
