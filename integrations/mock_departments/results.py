"""What an approval hands over: every declared field of the item's results, filled from what is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from .application import Application
from .check_digits import credit_code, luhn, newborn_number, steady
from .clock import now
from .decide import row_findings
from .facts import ApplicationScope
from .library import Field, Item, Library, LicenceKind
from .people import World
from .plausible import fill, known_of
from .store import Store

# Result field -> names under which a form or an earlier result may keep the same thing.
_SAME: dict[str, tuple[str, ...]] = {
    "amount": ("apply_amount", "quota_amount"),
    "address": ("new_address", "hukou_address", "shop_address", "live_address"),
    "location": ("house_location",),
    "bank": ("card_bank", "bank_name"),
    "bank_account": ("bank_card",),
    "head_name": ("head_name",),
    "relation_to_head": ("head_relation",),
    "birth_date": ("birth_time",),
    "ent_name": ("new_name",),
    "owners": ("buyer_name",),
    "start_month": ("start_month", "retire_date"),
    "area": ("build_area", "area"),
    "join_place": ("join_region",),
    "guardian": ("mother_name", "guardian_name"),
    "company": ("ent_name",),
    "holder_name": ("ent_name", "shop_name", "op_name"),
    "wife_name": ("mother_name",),
    "wife_id": ("mother_id",),
    "husband_name": ("father_name",),
    "husband_id": ("father_id",),
    "to_address": ("new_address",),
    "from_address": ("old_address",),
    "valid_from": ("date_from",),
    "valid_to": ("date_to",),
    "kind": ("file_kind", "retire_kind"),
    "flex_date": ("retire_date",),
    "name_en": ("surname",),
    "employer": ("ent_name", "employer_name"),
    "plate_no": ("plate",),
    "from_pos": ("anchor_code",),
    "to_pos": ("berth_code",),
    "issuer": ("hospital",),
    "debtor": ("debtor_name",),
    "child_birth": ("birth_time",),
    "retire_date": ("retire_date",),
    "unit_name": ("unit_name",),
    "ethnic": ("child_ethnic",),
    "birth_place": ("native_place",),
    "member_id": ("member_id",),
    "project_name": ("project_name",),
}
_ACCOUNTS = [
    {"bank_code": "ICBC", "bank": "中国工商银行", "account_no": "4100000000000012345", "status": "正常"},
    {"bank_code": "CCB", "bank": "中国建设银行", "account_no": "3500000000000067890", "status": "正常"},
]


class ResultMaker:
    """Fills the results of approved applications, with numbers that are never given twice."""

    def __init__(self, library: Library, world: World, store: Store) -> None:
        self._library = library
        self._world = world
        self._store = store
        self._known_places: dict[tuple[str, str], list[tuple[str, tuple[str, ...]]]] = {}

    def result(self, application: Application, scope: ApplicationScope) -> dict[str, object]:
        """Every declared field of every result of the item, in one flat mapping."""
        item = application.item
        if item is None:
            return {}
        given = self._given(application, scope, item)
        made: dict[str, object] = {}
        for entry in item.results:
            fields, kind = self.fields_of(entry)
            unknown = [declared for declared in fields if declared[0] not in made]
            made |= self._fill(item, unknown, kind, given | self._special(application, scope, kind))
        return made

    def _places_of(self, item: Item) -> list[tuple[str, tuple[str, ...]]]:
        """Every result field of an item with the names it may be found under; worked out once."""
        key = (item.bundle["code"], item.entry["id"])
        if key not in self._known_places:
            wanted = [name for entry in item.results for name, _zh, _kind in self.fields_of(entry)[0]]
            self._known_places[key] = [(name, _places(name, item.parties)) for name in wanted]
        return self._known_places[key]

    def fields_of(self, result: Mapping[str, Any]) -> tuple[list[Field], LicenceKind | None]:
        """The declared fields of one result, and its kind of licence if it is one."""
        own = [(name, zh, kind) for name, zh, kind in result.get("fields") or []]
        kind = self._library.licences.get(result.get("licence") or "")
        face = list(kind.fields) if kind else []
        return [*face, *(field for field in own if field[0] not in {name for name, _zh, _kind in face})], kind

    def _fill(
        self, item: Item, fields: list[Field], kind: LicenceKind | None, given: Mapping[str, object]
    ) -> dict[str, object]:
        dept = item.entry["dept"]
        return fill(
            fields,
            {name: given[name] for name, _zh, _kind in fields if name in given},
            numbering=lambda name: self._number(dept, name),
            issuer=self._library.name_of(dept),
            validity=kind.validity if kind else "",
        )

    def _number(self, dept: str, name: str) -> str:
        """A number of a department's own series: department, year, serial."""
        return f"{dept}{now().year}{self._store.next_number(f'{dept}:{name}'):06d}"

    def _given(self, application: Application, scope: ApplicationScope, item: Item) -> dict[str, object]:
        """Everything known that a result field may be taken from; the closer to this application, the stronger."""
        given: dict[str, object] = {}
        applicant = str(application.applicant.get("id_no") or application.applicant.get("uscc") or "")
        given |= known_of(self._world.person(applicant) or self._world.company(applicant))
        if application.applicant.get("name"):
            given |= {name: application.applicant["name"] for name in ("name", "holder_name", "payer")}
        flat = application.flat
        for name, places in self._places_of(item):
            found = next((one for one in places if one in flat and not isinstance(flat[one], list | dict)), None)
            if found is not None:
                given[name] = flat[found]
        if item.entry.get("instances") or application.groups:
            rows = row_findings(application, scope)
            passed = sum(1 for row in rows if row["passed"])
            given |= {"passed": passed, "failed": len(rows) - passed, "rows": rows}
        given["accounts"] = _ACCOUNTS
        if item.entry["id"] == "EXEMPT":
            given["conclusion"] = "免缴"
        elif (item.entry.get("decision") or {}).get("kind") == "verify":
            given["conclusion"] = "一致"
        return given

    def _special(
        self, application: Application, scope: ApplicationScope, kind: LicenceKind | None
    ) -> dict[str, object]:
        """What a kind of licence has of its own: numbers of a special form, values from the department's registers."""
        code, flat = kind.code if kind else "", application.flat
        if code == "BIRTH_CERT":
            number = f"R{350000000 + self._store.next_number('birth_cert'):09d}"
            return self._delivery(flat, scope) | {"cert_no": number}
        if code == "HUKOU_BOOK" and flat.get("child_name"):
            return self._newborn(flat)
        if code == "BUSINESS_LICENCE":
            return {"status": "存续", "uscc": flat.get("uscc") or self._new_credit_code()}
        if code == "SOCIAL_CARD":
            return {"bank_account": self._new_account()}
        return {"status": "正常参保"} if code == "MEDICAL_CODE" else {}

    def _delivery(self, flat: Mapping[str, Any], scope: ApplicationScope) -> dict[str, object]:
        """Weight and length from the hospital's record of this very baby."""
        records = scope.records("DELIVERY_INFO", {"mother_id": str(flat.get("mother_id", ""))})
        born = next((one for one in records if one["birth_time"] == flat.get("birth_time")), {})
        return {name: born[name] for name in ("weight_g", "length_cm") if name in born}

    def _newborn(self, flat: Mapping[str, Any]) -> dict[str, object]:
        """A page of the household register for somebody who has just been born."""
        return {
            "id_no": self._newborn_number(flat),
            "reg_reason": "出生登记",
            "marital_status": "10",
            "education": "80",
            "household_no": f"350203{steady(str(flat.get('head_id')), 10**6, 10**7 - 1)}",
        }

    def _newborn_number(self, flat: Mapping[str, Any]) -> str:
        """The next free identity number of the day: girls from 106, boys from 107, as in the samples."""
        birth = date.fromisoformat(str(flat.get("birth_time", now().date()))[:10])
        first = 107 if str(flat.get("gender")) == "1" else 106
        while True:
            place = self._store.next_number(f"newborn:{birth.isoformat()}:{first}") - 1
            number = newborn_number(birth, first, place)
            if not self._store.record("PERSON", number):
                return number

    def _new_credit_code(self) -> str:
        return credit_code("91350200", 5000 + self._store.next_number("uscc"))

    def _new_account(self) -> str:
        return luhn(f"629999{self._store.next_number('bank_account'):012d}")


def _places(name: str, parties: Mapping[str, str]) -> tuple[str, ...]:
    """Where a form or an earlier result keeps what a result field asks for; the subject's own comes first."""
    suffix = {"id_no": "id"}.get(name, name)
    own = {
        role: [f"{party}_{suffix}" for party in parties if parties[party] == role] for role in ("subject", "applicant")
    }
    return (*own["subject"], name, *own["applicant"], *_SAME.get(name, ()))
