"""Posting a section: what is taken in, what is left alone, and what becomes of rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bundles.forms import (
    Context,
    add_row,
    check_all,
    check_section,
    clean_field,
    clean_section,
    prefill,
    remove_row,
    section_view,
    select,
    source_of,
    split,
)
from tests.bundles.forms.world import field, filing, section, small, trucks


def posted(context: Context, section_id: str, **raw: Any) -> dict[str, Any]:
    names = {name.replace("__", "."): value for name, value in raw.items()}
    return clean_section(context, select(context), section_id, names).answers


PROMISE = field("promise", "bool", rule={"expr": "promise", "msg": "请勾选承诺"})


def declaration() -> Context:
    form = {
        "sections": [
            section(PROMISE, field("wants", "multi", options=[["a", "甲"], ["b", "乙"]]), field("said", "bool"))
        ]
    }
    return filing(small(form=form), {"promise": True, "wants": ["a"], "said": True})


def test_an_unticked_declaration_and_an_empty_choice_post_nothing_and_are_cleared() -> None:
    fields = posted(declaration(), "s_one", said="false")["fields"]
    assert fields == {"promise": False, "wants": [], "said": False}


def test_a_question_with_yes_and_no_that_is_not_posted_keeps_its_answer() -> None:
    assert posted(declaration(), "s_one", promise="on")["fields"]["said"] is True


def test_an_unticked_declaration_is_refused_in_the_definitions_words() -> None:
    context = declaration()
    context = replace(context, answers=posted(context, "s_one", wants=["a"]))
    assert [e.message for e in check_section(context, select(context), "s_one")] == ["请勾选承诺"]


def test_leaving_one_field_changes_that_field_only() -> None:
    context = declaration()
    cleaned = clean_field(context, select(context), "said", "false")
    assert cleaned.answers["fields"] == {"promise": True, "wants": ["a"], "said": False}


def with_source(locked: bool) -> Context:
    context = filing(small(form={"sections": [section(field("name"))]}), {"name": "林晓岚"})
    source = {"path": "licence:ID_CARD@me.name", "label": "居民身份证", "at": "2026-11-21T10:00:00+08:00"}
    return replace(context, answers={**context.answers, "sources": {"name": {**source, "locked": locked}}})


def test_a_locked_value_cannot_be_overwritten() -> None:
    answers = posted(with_source(locked=True), "s_one", name="别人")
    assert answers["fields"]["name"] == "林晓岚"
    assert source_of(answers, "name") is not None


def test_a_changed_value_no_longer_comes_from_its_source() -> None:
    answers = posted(with_source(locked=False), "s_one", name="林小岚")
    assert answers["fields"]["name"] == "林小岚"
    assert source_of(answers, "name") is None


def test_a_value_posted_as_it_was_keeps_its_source() -> None:
    answers = posted(with_source(locked=False), "s_one", name="林晓岚")
    assert source_of(answers, "name") is not None


def test_names_that_are_no_field_are_ignored() -> None:
    context = trucks(1)
    raw = {
        "vehicles.0.plate": "闽DA0009",
        "vehicles.x.plate": "a",
        "vehicles.0.nothing": "b",
        "vehicles.0.vin": "系统填写",
        "plate": "c",
        "csrf_token": "d",
        "__proto__": "e",
    }
    cleaned = clean_section(context, select(context), "s_vehicles", raw)
    assert set(cleaned.values) == {"vehicles.0.plate"}


def test_posted_rows_are_the_rows_and_are_numbered_without_gaps() -> None:
    context = trucks(3)
    raw = {"vehicles.0.plate": "闽DA0001", "vehicles.2.plate": "闽DA0003", "vehicles.7.plate": "闽DA0007"}
    cleaned = clean_section(context, select(context), "s_vehicles", raw)
    rows = cleaned.answers["fields"]["vehicles"]
    assert [row["plate"] for row in rows] == ["闽DA0001", "闽DA0003", "闽DA0007"]
    assert [row.get("driver_name") for row in rows] == ["刘师傅", "刘师傅", None]
    assert set(cleaned.raw) == {"vehicles.0.plate", "vehicles.1.plate", "vehicles.2.plate"}


def test_no_more_rows_are_taken_in_than_the_form_allows() -> None:
    context = trucks(1)
    raw = {f"vehicles.{n}.plate": f"闽DA{n:04d}" for n in range(100)}
    cleaned = clean_section(context, select(context), "s_vehicles", raw)
    assert len(cleaned.answers["fields"]["vehicles"]) == 60


def test_a_section_posted_without_rows_keeps_them() -> None:
    context = trucks(2)
    assert len(posted(context, "s_vehicles")["fields"]["vehicles"]) == 2


def test_an_illtyped_cell_is_an_error_at_its_new_number() -> None:
    context = trucks(2)
    raw = {"vehicles.1.driver_id": "340203851225877"}
    cleaned = clean_section(context, select(context), "s_vehicles", raw)
    assert [e.path for e in cleaned.errors] == ["vehicles.0.driver_id"]
    assert "15位" in cleaned.errors[0].message


def test_sources_follow_their_rows() -> None:
    context = trucks(3)
    source = {"path": "api:VEHICLE_INFO@row.vin", "label": "x", "at": "", "locked": False}
    answers = {**context.answers, "sources": {"vehicles.2.vin": source, "vehicles.0.vin": source, "uscc": source}}
    after = remove_row(context.spec, answers, "vehicles", 0)
    assert set(after["sources"]) == {"vehicles.1.vin", "uscc"}
    assert [row["plate"] for row in after["fields"]["vehicles"]] == ["闽DA0002", "闽DA0003"]
    assert len(answers["fields"]["vehicles"]) == 3, "answers are never changed in place"


def test_rows_are_added_up_to_the_limit() -> None:
    context = trucks(59)
    once = add_row(context.spec, context.answers, "vehicles")
    assert once["fields"]["vehicles"][-1] == {}
    assert len(add_row(context.spec, once, "vehicles")["fields"]["vehicles"]) == 60


def test_clean_answers_are_not_changed_by_cleaning_again() -> None:
    context = trucks(2)
    raw = {f"vehicles.{n}.{name}": v for n in range(2) for name, v in context.answers["fields"]["vehicles"][n].items()}
    first = clean_section(context, select(context), "s_vehicles", raw).answers
    again = clean_section(replace(context, answers=first), select(context), "s_vehicles", raw).answers
    assert first["fields"] == again["fields"] == context.answers["fields"]


def test_posting_a_time_as_shown_keeps_its_seconds_and_its_source() -> None:
    form = {"sections": [section(field("at", "datetime"))]}
    source = {"path": "calc:now()", "label": "x", "at": "", "locked": False}
    context = filing(small(form=form), {"at": "2026-10-30T08:15:30+08:00"}, sources={"at": source})
    answers = posted(context, "s_one", at="2026-10-30T08:15")
    assert answers["fields"]["at"] == "2026-10-30T08:15:30+08:00"
    assert source_of(answers, "at") == source


def test_one_field_alone_cannot_make_rows_out_of_nothing() -> None:
    form = {"sections": [section({**field("rows", "group"), "fields": [field("n", "integer")]})]}
    context = filing(small(form=form), {"rows": [{"n": 1}]})
    assert clean_field(context, select(context), "rows.1.n", "2").answers["fields"]["rows"] == [{"n": 1}, {"n": 2}]
    assert clean_field(context, select(context), "rows.999999.n", "2").values == {}


@pytest.mark.parametrize(
    ("kind", "sent", "kept"),
    [("integer", 39, 39), ("bool", False, False), ("money", 12.5, "12.5"), ("multi", ["a"], ["a"])],
)
def test_a_program_may_send_values_as_json_has_them(kind: str, sent: Any, kept: object) -> None:
    context = filing(small(form={"sections": [section(field("a", kind))]}))
    assert clean_field(context, select(context), "a", sent).values == {"a": kept}


@pytest.mark.parametrize("sent", [{"a": 1}, [{"a": 1}], [["x"]], None, []])
@pytest.mark.parametrize("kind", ["text", "multi", "integer", "date", "bool"])
def test_nonsense_is_an_error_or_nothing_and_never_kept(kind: str, sent: Any) -> None:
    context = filing(small(form={"sections": [section(field("a", kind))]}))
    cleaned = clean_field(context, select(context), "a", sent)
    assert cleaned.answers["fields"]["a"] in (None, "", [])
    assert bool(cleaned.errors) is (sent not in (None, []))


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"guidance": [], "fields": "x", "ticks": 5, "later": {"a": 1}, "sources": []},
        {"guidance": {"file_kind": {"a": 1}, "muck_kind": 5}, "fields": {"vehicles": {"0": 1}}},
        {"fields": {"vehicles": [None, 5, {"plate": {"x": 1}, "driver_id": ["y"]}], "date_to": 5, "promise": "x"}},
    ],
)
def test_answers_of_any_shape_can_be_judged(answers: dict[str, Any]) -> None:
    context = replace(trucks(1), answers=answers)
    chosen = select(context)
    assert check_all(context, chosen)
    after = replace(context, answers=prefill(context, chosen).answers)
    assert section_view(after, select(after), "s_vehicles").fields
    assert isinstance(split(after, select(after), "MUCK_FILE"), dict)
