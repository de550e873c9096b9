"""How many sub-applications an item becomes, who handles each, and what each receives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bundles.forms import Context, Row, instances_of, material_slots, select, split
from tests.bundles.forms.world import NOW, Registers, field, filing, item, prefilled, section, small, trucks
from tests.factories.library import registry, spec

COMPANY = {"kind": "org", "uscc": "91350200MA9XA0016D", "ent_name": "云栈数字科技（示例）有限公司"}
PERMITS = [
    {"kind": "FOOD_PERMIT", "permit_no": "JY001", "address": "文园路1号", "valid_to": "2027-01-01"},
    {"kind": "HYGIENE_PERMIT", "permit_no": "WS002", "valid_to": "2027-02-01"},
    {"kind": "SOMETHING_ELSE", "permit_no": "QT003"},
]


def change(records: Any, **fields: Any) -> Context:
    """A company changes its name and has its permits follow."""
    guidance = {"change_kinds": ["name"], "link_permits": "all", "paper_licence": "e_only", "old_seal": "hand_in"}
    facts = Registers().holds(
        "api", "ENT_PERMITS", {"uscc": COMPANY["uscc"]}, *([{"permits": records}] if records else [])
    )
    answers = {"guidance": guidance, "fields": fields}
    return Context(spec("QYBG"), registry(), answers, NOW, account=COMPANY, facts=facts)


def test_each_truck_is_a_sub_application_named_by_its_plate() -> None:
    context = trucks(2)
    instances = instances_of(context, "MUCK_FILE")
    assert [(i.key, i.label, i.row) for i in instances] == [
        ("vehicles.0", "闽DA0001", Row("vehicles", 0)),
        ("vehicles.1", "闽DA0002", Row("vehicles", 1)),
    ]


def test_a_truck_receives_its_own_row_and_the_common_fields() -> None:
    context = trucks(2)
    received = split(context, select(context), "MUCK_FILE", Row("vehicles", 1))
    assert received["plate"] == "闽DA0002"
    assert received["site_code"] == "GD01"
    assert "vehicles" not in received


def test_an_item_without_rows_of_its_own_receives_all_rows_as_a_list() -> None:
    context = trucks(2)
    received = split(context, select(context), "MUCK_FILE")
    assert [row["plate"] for row in received["vehicles"]] == ["闽DA0001", "闽DA0002"]


def test_each_permit_that_the_register_lists_goes_to_the_department_of_its_kind() -> None:
    instances = instances_of(change(PERMITS), "PERMIT_LINK")
    assert [(i.key, i.dept) for i in instances] == [("JY001", "SC"), ("WS002", "WJ"), ("QT003", None)]
    assert instances[0].record["address"] == "文园路1号"


def test_equal_records_have_different_keys() -> None:
    instances = instances_of(change([PERMITS[0], PERMITS[0], {"kind": "FOOD_PERMIT"}]), "PERMIT_LINK")
    assert [i.key for i in instances] == ["JY001", "JY001-2", "3"]


def test_no_permits_are_no_sub_applications_and_a_silent_register_is_one_for_a_person() -> None:
    assert instances_of(change([]), "PERMIT_LINK") == ()
    silent = replace(change(PERMITS), facts=Registers())
    (instance,) = instances_of(silent, "PERMIT_LINK")
    assert (instance.row, instance.key, instance.dept) == (None, "", None)


def picking(*picks: bool) -> Context:
    rows = [
        {"pm_kind": p["kind"], "pm_no": p["permit_no"], "pm_pick": pick} for p, pick in zip(PERMITS, picks, strict=True)
    ]
    context = change(PERMITS, permits=rows)
    guidance = {**context.answers["guidance"], "link_permits": "pick"}
    return replace(context, answers={**context.answers, "guidance": guidance})


def test_only_the_permits_that_were_picked_are_changed() -> None:
    instances = instances_of(picking(True, False, True), "PERMIT_LINK")
    assert [(i.key, i.dept) for i in instances] == [("permits.0", "SC"), ("permits.2", None)]


def test_a_list_of_permits_to_pick_from_is_filled_from_the_register() -> None:
    context = change(PERMITS)
    guidance = {**context.answers["guidance"], "link_permits": "pick"}
    context = prefilled(replace(context, answers={**context.answers, "guidance": guidance}))
    rows = context.answers["fields"]["permits"]
    assert [row["pm_no"] for row in rows] == ["JY001", "WS002", "QT003"]
    assert rows[0]["pm_valid_to"] == "2027-01-01"
    assert context.answers["sources"]["permits.0.pm_no"]["label"] == registry().interfaces["ENT_PERMITS"].zh


def test_a_filter_keeps_the_rows_it_is_true_for() -> None:
    form = {"sections": [section(field("n", "integer"), name="s_rows", repeat={"min": 1})]}
    rows = {"group": "s_rows", "filter": "n > 1"}
    definition = small(items=[item("A", instances=rows)], form=form)
    context = filing(definition, {"s_rows": [{"n": 1}, {"n": 2}, {}]})
    assert [i.key for i in instances_of(context, "A")] == ["s_rows.1", "s_rows.2"], "unknown leaves nobody out"


def test_papers_per_truck_have_a_slot_for_each() -> None:
    context = trucks(2)
    slots = material_slots(context, select(context))
    assert [s.key for s in slots if s.material.id == "M_ROAD"] == ["M_ROAD.0", "M_ROAD.1"]
    assert [s.label for s in slots if s.material.id == "M_ROAD"][1] == "道路运输证（逐车）（闽DA0002）"
    assert [s.key for s in slots if s.material.id == "M_LICENCE"] == ["M_LICENCE"]
    assert {d for s in slots for d in s.departments} == {"CG"}
