"""What somebody could type into a field: likely values in the order to try them, by party, rule, option and type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from bundles import forms
from bundles.forms.identity import named_fields
from bundles.forms.words import choices
from bundles.rules.patterns import fits
from bundles.spec import BundleSpec, Field
from bundles.spec.registry import Registry
from portal.seed_check.patterns import example_of
from portal.seed_check.people import Citizen, Company, People

DAYS = (1, 0, 30, -1, -10, -30, 60, -100, 200, -400, 400, -1000, -4000, -9000, -14000)
HOURS = (24, 2, 48, -2, -24, 72, -240, -500)
NUMBERS = ("1", "2", "10", "100", "1000", "0", "5", "20", "50", "10000", "100000", "0.5", "1000000")
# Texts that fit the named validators of the code lists; further ones are made from their patterns.
VALID: Mapping[str, tuple[str, ...]] = {
    "name_en": ("SMITH",),
    "passport_no": ("X00000001",),
    "tel_cn": ("0592-2000000",),
    "postcode_cn": ("361001",),
    "birth_cert_no": ("R350000001",),
    "project_code": ("2501-350203-04-01-123456",),
    "imo_no": ("9990014",),
    "email": ("office@example.cn",),
    "case_no": ("（2026）闽02破12号",),
    "unit_no_28": ("350203001002GB00001F00010001",),
    "plate_cn": ("闽DA0001", "闽DA0002", "闽DA0003"),
}
RELATIVE_DAY = re.compile(r"^today([+-]\d+)?(?: (\d{2}:\d{2}))?$")
RELATIVE_HOUR = re.compile(r"^now([+-]\d+(?:\.\d+)?)h$")


def written(value: Any) -> Any:
    """A value of a scenario as somebody types it: `today+60`, `today-22 09:12`, `now+6h` become a day or a time."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [written(one) for one in value]
    text = str(value)
    day, hour = RELATIVE_DAY.match(text), RELATIVE_HOUR.match(text)
    if day:
        on = timezone.localdate() + timedelta(days=int(day.group(1) or 0))
        return f"{on.isoformat()}T{day.group(2)}" if day.group(2) else on.isoformat()
    if hour:
        at = timezone.localtime() + timedelta(hours=float(hour.group(1)))
        return at.strftime("%Y-%m-%dT%H:%M")
    return text


class Proposals:
    """Values for the fields of one bundle; the same party is the same person everywhere."""

    def __init__(
        self, spec: BundleSpec, registry: Registry, people: People, cast: Mapping[str, str], own_card: str = ""
    ) -> None:
        """`own_card` is the applicant's bank card, which money is paid to unless a scenario says otherwise."""
        self.own_card = own_card
        self._registry = registry
        self._people = people
        self._players = dict(self._cast(spec, cast))
        self._of_party: dict[str, tuple[str, str]] = {}
        for party in spec.parties:
            for attribute, field_id in named_fields(spec, party):
                self._of_party.setdefault(field_id, (party.id, attribute))

    def _cast(self, spec: BundleSpec, cast: Mapping[str, str]) -> Iterator[tuple[str, Citizen | Company]]:
        """Who plays which party: as the scenario says, else the next person or company nobody plays yet."""
        citizens = iter(one for one in self._people.citizens if one.name not in cast.values())
        companies = iter(one for one in self._people.companies if one.name not in cast.values())
        for party in spec.parties:
            name = cast.get(party.id)
            if party.kind == "org":
                yield party.id, self._people.company(name) if name else next(companies)
            elif party.kind == "person":
                yield party.id, self._people.named(name) if name else next(citizens)

    def of(self, field: Field, place: forms.Place) -> list[str | list[str]]:
        """Everything worth trying in a field, the likeliest first, each once."""
        found: list[str | list[str]] = []
        for value in self._likely(field, place):
            if value not in found and self._fits_validators(field, value):
                found.append(value)
        return found

    def _likely(self, field: Field, place: forms.Place) -> Iterator[str | list[str]]:
        yield from self._of_player(field, place)
        for rule in field.rules:
            yield from self._by_rule(rule, place)
        yield from _BY_TYPE.get(field.type, _text)(self, field, place)

    def _of_player(self, field: Field, place: forms.Place) -> Iterator[str]:
        party_id, attribute = self._of_party.get(field.id, ("", ""))
        player = self._players.get(party_id)
        if player is not None:
            value = {"id_no": "id_no", "name": "name", "phone": "phone", "uscc": "uscc"}.get(attribute, "")
            yield from filter(None, [str(getattr(player, value, ""))])

    def _by_rule(self, rule: Any, place: forms.Place) -> Iterator[str]:
        row = place.row.index if place.row else 0
        if rule == "name_zh":
            yield from (one.name for one in self._people.citizens[row : row + 8])
        elif rule == "mobile_cn":
            yield from (one.phone for one in self._people.citizens[row : row + 8])
        elif isinstance(rule, str):
            pattern = self._registry.validators.get(rule, {}).get("regex")
            yield from VALID.get(rule, ())[row:]
            yield from filter(None, [example_of(pattern) if pattern else None])
        else:
            yield from filter(None, [example_of(rule["regex"]) if rule.get("regex") else None])
            yield from (str(rule[bound]) for bound in ("min", "max") if bound in rule)

    def _fits_validators(self, field: Field, value: object) -> bool:
        """Only by their patterns: check digits are right in what the registers know."""
        names = [rule for rule in field.rules if isinstance(rule, str)]
        patterns = [self._registry.validators.get(name, {}).get("regex") for name in names]
        return not isinstance(value, str) or all(fits(pattern, value) for pattern in patterns if pattern)


def _options(self: Proposals, field: Field, place: forms.Place) -> Iterator[str | list[str]]:
    values = [value for value, _ in choices(field, self._registry, "zh")]
    yield from ([value] for value in values) if field.type == "multi" else values


def _numbers(self: Proposals, field: Field, place: forms.Place) -> Iterator[str]:
    rules = [rule for rule in field.rules if isinstance(rule, Mapping)]
    bounds = [float(rule[end]) for rule in rules for end in ("min", "max") if end in rule]
    if len(bounds) == 2:
        yield str(int(sum(bounds) / 2))
    yield from (n for n in NUMBERS if "." not in n or field.type != "integer")


def _days(self: Proposals, field: Field, place: forms.Place) -> Iterator[str]:
    today = timezone.localdate()
    yield from ((today + timedelta(days=n)).isoformat() for n in DAYS)


def _moments(self: Proposals, field: Field, place: forms.Place) -> Iterator[str]:
    now = timezone.localtime()
    yield from ((now + timedelta(hours=n)).strftime("%Y-%m-%dT%H:%M") for n in HOURS)
    yield from (datetime.combine(_on(n), time(9)).strftime("%Y-%m-%dT%H:%M") for n in DAYS)


def _on(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def _people_by(attribute: str, whom: str) -> Callable[[Proposals, Field, forms.Place], Iterator[str]]:
    def found(self: Proposals, field: Field, place: forms.Place) -> Iterator[str]:
        row = place.row.index if place.row else 0
        yield from (str(getattr(one, attribute)) for one in getattr(self._people, whom)[row : row + 10])

    return found


def _cards(self: Proposals, field: Field, place: forms.Place) -> Iterator[str]:
    yield from filter(None, [self.own_card])
    yield from (one.bank_card for one in self._people.citizens[:10])


def _fixed(*values: str) -> Callable[[Proposals, Field, forms.Place], Iterator[str]]:
    return lambda self, field, place: iter(values)


def _text(self: Proposals, field: Field, place: forms.Place) -> Iterator[str]:
    number = place.row.index + 1 if place.row else 1
    yield f"示例{number}"
    yield f"示例内容{number}，供核对流程使用"
    yield str(number)


_BY_TYPE: Mapping[str, Callable[[Proposals, Field, forms.Place], Iterator[Any]]] = {
    "enum": _options,
    "multi": _options,
    "bool": _fixed("true", "false"),
    "date": _days,
    "datetime": _moments,
    "integer": _numbers,
    "number": _numbers,
    "money": _numbers,
    "id_number": _people_by("id_no", "citizens"),
    "phone": _people_by("phone", "citizens"),
    "bank_card": _cards,
    "uscc": _people_by("uscc", "companies"),
    "email": _fixed("office@example.cn"),
    "plate": _fixed("闽DA0001", "闽DA0002", "闽DA0003"),
    "region": _fixed("350203", "350200"),
    "address": _fixed("示例市思明区示例路1号"),
}
