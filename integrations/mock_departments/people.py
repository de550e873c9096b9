"""Who lives in the pretended city: the people and bodies of samples.yaml, a few of the demo's own, and made-up ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import yaml

from .check_digits import credit_code, identity_number, luhn, steady
from .clock import add_months, resolve_days
from .library import Library

WORLD = Path(__file__).with_name("world.yaml")
MADE_UP_COUPLES = 40
MADE_UP_DRIVERS = 12
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_WOMEN = ("思语", "雨桐", "佳怡", "静雯", "晓彤", "梓萱", "可欣", "诗涵", "若曦", "婉清")
_MEN = ("浩然", "子轩", "俊杰", "明轩", "宇航", "志远", "文博", "家豪", "天佑", "立诚")
_STREETS = ("湖滨南路", "莲前西路", "厦禾路", "金山路", "集美大道", "同集路", "嘉禾路", "东渡路")
_DISTRICTS = {"350203": "思明区", "350205": "海沧区", "350206": "湖里区", "350211": "集美区", "350212": "同安区"}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the registers know."""

    name: str
    id_no: str
    region: str
    phone: str
    bank_card: str
    local: bool
    ethnic: str = "01"

    @property
    def birth_date(self) -> date:
        return date(int(self.id_no[6:10]), int(self.id_no[10:12]), int(self.id_no[12:14]))

    @property
    def gender(self) -> str:
        """ "1" a man, "2" a woman."""
        return "1" if int(self.id_no[16]) % 2 else "2"

    @property
    def home_place(self) -> str:
        """City and district of the household register, in the words a certificate prints."""
        return f"示例市{_DISTRICTS.get(self.region, '思明区')}" if self.local else "外省示例市"

    @property
    def address(self) -> str:
        """Where this person is registered."""
        street = _STREETS[steady(self.id_no, 0, 7)]
        return f"{self.home_place}{street}{steady(self.id_no, 1, 300)}号{steady(self.id_no, 101, 909)}室"


@dataclass(frozen=True, slots=True)
class Company:
    """A body the registers know."""

    name: str
    uscc: str
    kind: str
    legal_rep: Person

    @property
    def address(self) -> str:
        return f"示例市思明区{_STREETS[steady(self.uscc, 0, 7)]}{steady(self.uscc, 1, 300)}号"


@dataclass(frozen=True, slots=True)
class Marriage:
    """A marriage that is on record."""

    wife: Person
    husband: Person
    day: str
    cert_no: str


class World:
    """Everybody and everything the registers are asked about, on one given day."""

    def __init__(self, library: Library, anchor: date, seed: int) -> None:
        raw = yaml.safe_load(WORLD.read_text("utf-8"))
        self.anchor = anchor
        self.facts: Mapping[str, Mapping[str, Any]] = resolve_days(raw["facts"], anchor)  # type: ignore[assignment]
        self.raw: Mapping[str, Any] = resolve_days(raw, anchor)  # type: ignore[assignment]
        self.foreigners = {entry["passport_no"]: entry for entry in library.samples["foreigners"]}
        self.vessels = {
            entry["imo_no"]: {**entry, **self.raw["vessels"].get(entry["imo_no"], {})}
            for entry in library.samples["vessels"]
        }
        self._people: dict[str, Person] = {}
        self._named: dict[str, Person] = {}
        self.marriages: dict[str, Marriage] = {}
        self._settle(library, Random(seed))
        self._companies = {company.uscc: company for company in self._bodies(library)}
        self._admit_all(self.raw["elders"], 301)  # last: none of them leads a company

    def person(self, id_no: object) -> Person | None:
        """The person of an identity number."""
        return self._people.get(str(id_no).upper())

    def company(self, uscc: object) -> Company | None:
        """The body of a credit code."""
        return self._companies.get(str(uscc))

    def named(self, name: object) -> Person | None:
        """The person of a name."""
        return self._named.get(str(name))

    def company_named(self, name: object) -> Company | None:
        """The body of a name."""
        return next((company for company in self._companies.values() if company.name == name), None)

    @property
    def people(self) -> Iterable[Person]:
        """Everybody, the samples first."""
        return self._people.values()

    @property
    def companies(self) -> Iterable[Company]:
        """Every body, the samples first."""
        return self._companies.values()

    def fact(self, code: str, *subjects: str | None) -> Any:
        """What the demo world says about the first of these subjects that it mentions under an interface."""
        entries = self.facts.get(code, {})
        return next((entries[subject] for subject in subjects if subject is not None and subject in entries), None)

    def admit(self, name: str, id_no: str) -> Person:
        """A person who has been registered since: a newborn, with the number just given."""
        return self._people.get(id_no) or self._admit(name, id_no, id_no[:6], "", "")

    def mothers(self) -> list[Person]:
        """Women with a delivery on record."""
        return list({marriage.wife.id_no: marriage.wife for marriage in self.marriages.values()}.values())

    # -- settling the city ------------------------------------------------------------------------------------------
    def _settle(self, library: Library, random: Random) -> None:
        for entry in library.samples["persons"]:
            ethnic = "05" if "·" in entry["name"] else "01"
            self._admit(entry["name"], entry["id_no"], entry["region"], entry["phone"], entry["bank_card"], ethnic)
        self._admit_all(self.raw["persons"], 101)
        self._newborn()
        for couple in self.raw["couples"]:
            self._marry(
                self._named[couple["wife"]], self._named[couple["husband"]], couple["married"], couple["cert_no"]
            )
        for number in range(MADE_UP_COUPLES):
            self._couple(random, number)
        for number in range(MADE_UP_DRIVERS):
            self._made_up(random, "1", 400 + number, date(1985, 1, 1))

    def _admit_all(self, entries: Iterable[Mapping[str, Any]], first: int) -> None:
        """People of the demo's own; their telephones and bank cards are numbered on from `first`."""
        for number, entry in enumerate(entries, first):
            id_no = identity_number(entry["region"], date.fromisoformat(entry["birth"]), entry["sequence"])
            self._admit(entry["name"], id_no, entry["region"], f"1380000{number:04d}", _card(number))

    def _admit(self, name: str, id_no: str, region: str, phone: str, card: str, ethnic: str = "01") -> Person:
        local = any(region.startswith(prefix) for prefix in self.raw["locals"])
        person = Person(name, id_no, region, phone, card, local, ethnic)
        self._people[id_no] = person
        self._named.setdefault(name, person)
        return person

    def _newborn(self) -> None:
        """The sample baby's number moves with the day of birth, so that the demo works on any day."""
        baby = self._named["陈一诺"]
        born = date.fromisoformat(self.fact("DELIVERY_INFO", "林晓岚")["birth_time"][:10])
        moved = identity_number("350203", born, 106)
        self._people[moved] = self._named["陈一诺"] = Person(
            baby.name, moved, baby.region, baby.phone, baby.bank_card, baby.local
        )

    def _couple(self, random: Random, number: int) -> None:
        young = date(1990, 1, 1)
        wife = self._made_up(random, "2", 200 + 2 * number, young)
        husband = self._made_up(random, "1", 201 + 2 * number, young)
        day = add_months(self.anchor, -random.randint(14, 60)).isoformat()
        self._marry(wife, husband, day, f"J350200-{day[:4]}-{900000 + number}")

    def _made_up(self, random: Random, gender: str, number: int, oldest: date) -> Person:
        given = random.choice(_MEN if gender == "1" else _WOMEN)
        birth = date.fromordinal(oldest.toordinal() + random.randint(0, 3000))
        region = random.choice(sorted(_DISTRICTS))
        id_no = identity_number(region, birth, 2 * number + (1 if gender == "1" else 0))
        return self._admit(random.choice(_SURNAMES) + given, id_no, region, f"139{number:08d}", _card(number))

    def _marry(self, wife: Person, husband: Person, day: str, cert_no: str) -> None:
        self.marriages[wife.id_no] = self.marriages[husband.id_no] = Marriage(wife, husband, day, cert_no)

    def _bodies(self, library: Library) -> Iterable[Company]:
        adults = [person for person in self._people.values() if person.birth_date.year < 2000]
        invented = [{**entry, "uscc": credit_code(entry["first8"], entry["serial"])} for entry in self.raw["companies"]]
        for entry in [*library.samples["companies"], *invented]:
            named = self._named.get(self.raw["legal_reps"].get(entry["name"], ""))
            legal_rep = named or adults[steady(entry["uscc"], 30, len(adults) - 1)]
            yield Company(entry["name"], entry["uscc"], entry["kind"], legal_rep)


def _card(number: int) -> str:
    return luhn(f"629999000000{number:06d}")


def known_people_of(world: World, names: Iterable[str]) -> list[Person]:
    """The people of these names that the registers know."""
    return [person for person in map(world.named, names) if person is not None]
