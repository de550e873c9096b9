"""A moment, people, and what registers and departments say: for tests of the form engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bundles.forms import Context, Lookup, Row, prefill, select
from bundles.rules import UNKNOWN
from bundles.spec import load
from tests.factories.library import companies, person, registry, spec

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
MOTHER = person("林晓岚")
FATHER = person("陈屿")
DRIVER = person("刘师傅")
HAULIER = next(c for c in companies().values() if c["uscc"] == "91350205MA9XA0032B")

MARRIED = {
    "born_at": "hospital",
    "marital": "married",
    "hukou_with": "mother",
    "hukou_kind": "family",
    "maternity": "employee",
    "has_reg": "yes",
}
CHILD = {
    "birth_time": "2026-10-30T08:15:00+08:00",
    "gender": "2",
    "hospital": "市妇幼保健院",
    "gest_weeks": 39,
    "surname_from": "father",
    "child_name": "陈一诺",
    "child_ethnic": "01",
}
NEWBORN_FORM: dict[str, Any] = {
    "mother_name": MOTHER["name"],
    "mother_id_kind": "ID",
    "mother_id": MOTHER["id_no"],
    "mother_ethnic": "01",
    "mother_phone": MOTHER["phone"],
    "mother_hukou": "思明区文园路1号",
    "mother_live": "思明区文园路1号",
    "father_name": FATHER["name"],
    "father_id": FATHER["id_no"],
    "father_ethnic": "01",
    "father_phone": FATHER["phone"],
    "s_child": [CHILD],
    "head_name": MOTHER["name"],
    "head_id": MOTHER["id_no"],
    "head_relation": "30",
    "hukou_address": "思明区文园路1号",
    "native_place": "福建厦门",
    "join_region": "思明区",
    "card_bank": "ICBC",
    "card_kind": "e_only",
    "delivery_kind": "natural",
    "leave_from": "2026-10-20",
    "bank_name": "ICBC",
    "bank_card": MOTHER["bank_card"],
    "delivery": "electronic",
}


class Registers:
    """Registers and the licence library in memory: each question has one record, several, or none."""

    def __init__(self, records: Mapping[Lookup, Sequence[Mapping[str, Any]]] | None = None) -> None:
        self.records = dict(records or {})
        self.asked: list[Lookup] = []

    def holds(self, kind: Any, code: str, inputs: Mapping[str, str], *records: Mapping[str, Any]) -> Registers:
        """Teach it what it answers to a question; no records is "no record"."""
        self.records[Lookup(kind, code, tuple(inputs.items()))] = records
        return self

    def get(self, lookup: Lookup, field: str) -> object:
        self.asked.append(lookup)
        if lookup not in self.records:
            return UNKNOWN
        records = self.records[lookup]
        if field == "records":
            return list(records)
        return records[0].get(field) if records else None


class Outcomes:
    """What items have yielded: {(item, field): value}, or by row {(item, field, index): value}."""

    def __init__(self, values: Mapping[tuple[Any, ...], object]) -> None:
        self.values = values

    def get(self, item: str, field: str, row: Row | None) -> object:
        if row is not None and (item, field, row.index) in self.values:
            return self.values[(item, field, row.index)]
        return self.values.get((item, field), UNKNOWN)


def newborn(guidance: Mapping[str, Any] | None = None, **fields: Any) -> Context:
    """林晓岚 files for her baby; guidance answers and fields on top of the usual ones, None to leave one out."""
    answers = {**MARRIED, **(guidance or {})}
    form = {**NEWBORN_FORM, **fields}
    return Context(
        spec=spec("XSECS"),
        registry=registry(),
        answers={"guidance": answers, "fields": {name: value for name, value in form.items() if value is not None}},
        now=NOW,
        account={"kind": "person", "name": MOTHER["name"], "id_no": MOTHER["id_no"], "phone": MOTHER["phone"]},
    )


def trucks(count: int = 2, **guidance: Any) -> Context:
    """A haulier files for some trucks."""
    vehicles = [
        {"plate": f"闽DA{n:04d}", "driver_name": DRIVER["name"], "driver_id": DRIVER["id_no"]}
        for n in range(1, count + 1)
    ]
    return Context(
        spec=spec("ZTYS"),
        registry=registry(),
        answers={
            "guidance": {"file_kind": "new_job", "muck_kind": "soil", "pass_need": "no", **guidance},
            "fields": {"vehicles": vehicles, "site_code": "GD01", "dump_code": "XN01"},
        },
        now=NOW,
        account={"kind": "org", "uscc": HAULIER["uscc"], "ent_name": HAULIER["name"], "operator_name": "刘师傅"},
    )


def with_fields(context: Context, **fields: Any) -> Context:
    """The same context with other answers to some fields."""
    return replace(context, answers={**context.answers, "fields": {**context.answers["fields"], **fields}})


def prefilled(context: Context) -> Context:
    """The same context after prefilling."""
    return replace(context, answers=prefill(context, select(context)).answers)


def small(**parts: Any) -> Any:
    """A small made-up bundle: two items of one department, and whatever a test gives."""
    document: dict[str, Any] = {
        "schema": 1,
        "code": "SMALL",
        "zh": "小一件事",
        "en": "Small",
        "class": "个人",
        "stage": "生活",
        "lead": "GA",
        "mode": "parallel",
        "channels": ["online"],
        "reach": "city",
        "summary": {"zh": "测试", "en": "Test"},
        "parties": [{"id": "me", "zh": "本人", "kind": "person", "role": "applicant"}],
        "clock": {},
        "guidance": [],
        "items": [item("A"), item("B")],
        "form": {"sections": []},
        "materials": [],
        "results": [],
        "reasons": {},
    }
    return load({**document, **parts})


def item(name: str, select: str = "required", **parts: Any) -> dict[str, Any]:
    """An item of the small bundle."""
    return {
        "id": name,
        "matter": "sbk_apply",
        "zh": f"事项{name}",
        "en": f"Item {name}",
        "dept": "GA",
        "type": "公共服务",
        "committed": {"n": 1, "unit": "workday"},
        "select": select,
        "decision": {"kind": "manual"},
        "connect": "manual",
        **parts,
    }


def question(name: str, *options: Mapping[str, Any], kind: str = "single", **parts: Any) -> dict[str, Any]:
    """A situation question; each option a value and what it adds, drops or waits for."""
    listed = [{"zh": o["value"], "en": o["value"], **o} for o in options]
    return {"id": name, "zh": f"问题{name}", "en": name, "kind": kind, "options": listed, **parts}


def field(name: str, kind: str = "text", **parts: Any) -> dict[str, Any]:
    """A field of the small bundle, needed by all items."""
    named = {"id": name, "zh": f"字段{name}", "en": f"Field {name}", "type": kind}
    return {**named, "required": True, "items": "all", **parts}


def section(*fields: Mapping[str, Any], name: str = "s_one", **parts: Any) -> dict[str, Any]:
    """A section of the small bundle."""
    return {"id": name, "zh": "一段", "en": "One", "fields": list(fields), **parts}


def filing(definition: Any, fields: Mapping[str, Any] | None = None, **answers: Any) -> Context:
    """Somebody files a small bundle."""
    return Context(
        definition,
        registry(),
        {"guidance": answers.pop("guidance", {}), "fields": dict(fields or {}), **answers},
        NOW,
        account={"kind": "person", "name": MOTHER["name"], "id_no": MOTHER["id_no"], "phone": MOTHER["phone"]},
    )
