"""What pages show: fields, blocks, summary, state of the sections."""

from __future__ import annotations

from bundles.forms import (
    FieldView,
    check_section,
    clean_section,
    conflicts,
    fields_saved,
    missing,
    owners,
    section_view,
    select,
    summary,
)
from tests.bundles.forms.world import CHILD, field, filing, newborn, section, small, trucks, with_fields
from tests.factories.library import codes, spec


def shown(section_id: str, lang: str = "zh") -> dict[str, FieldView]:
    context = newborn()
    view = section_view(context, select(context), section_id, lang=lang)
    return {f.id: f for f in view.fields}


def test_a_field_says_which_departments_will_see_it() -> None:
    fields = shown("s_mother")
    assert fields["mother_ethnic"].departments == ("WJ", "GA")
    assert fields["mother_live"].departments == ("JK", "YB")


def test_each_type_has_its_control_and_keyboard() -> None:
    mother, insure = shown("s_mother"), shown("s_insure")
    assert mother["mother_phone"].widget == "tel"
    assert (mother["mother_phone"].inputmode, mother["mother_phone"].autocomplete) == ("tel", "tel")
    assert insure["card_kind"].widget == "radio"
    assert insure["card_bank"].widget == "select"
    form = {"sections": [section(field("p", "bool", rule={"expr": "p"}), field("q", "bool"))]}
    context = filing(small(form=form))
    view = section_view(context, select(context), "s_one")
    assert [f.widget for f in view.fields] == ["checkbox", "yesno"]


def test_what_was_typed_is_shown_again_with_its_error() -> None:
    context = newborn()
    cleaned = clean_section(context, select(context), "s_child", {"s_child.0.gest_weeks": "<b>三十九</b>"})
    view = section_view(context, select(context), "s_child", errors=cleaned.errors, raw=cleaned.raw)
    weeks = next(f for f in view.rows[0].fields if f.id == "gest_weeks")
    assert weeks.value == "<b>三十九</b>"
    assert weeks.errors == ("出生孕周：请填写数字，最多六位小数",)
    assert len(view.errors) == 1


def test_a_repeating_section_has_rows_with_titles_and_an_empty_one_to_copy() -> None:
    context = newborn(s_child=[CHILD, {**CHILD, "child_name": "陈二诺"}])
    view = section_view(context, select(context), "s_child")
    assert view.block is not None
    assert view.fields == ()
    assert [row.title for row in view.rows] == ["陈一诺", "陈二诺"]
    assert [row.removable for row in view.rows] == [True, True]
    assert view.block.can_add
    assert view.block.template[0].path == "s_child.__row__.birth_time"
    assert view.block.template[0].value == ""


def test_a_block_inside_a_section_is_a_field_with_rows() -> None:
    context = trucks(1)
    (vehicles,) = section_view(context, select(context), "s_vehicles").fields
    assert vehicles.block is not None
    assert [f.path for f in vehicles.block.rows[0].fields] == [
        "vehicles.0.plate",
        "vehicles.0.driver_name",
        "vehicles.0.driver_id",
    ]
    assert vehicles.block.rows[0].removable is False


def test_english_pages_have_english_labels_and_options() -> None:
    fields = shown("s_insure", lang="en")
    assert fields["card_kind"].label == "Card kind"
    assert ("e_only", "Electronic only") in fields["card_kind"].options


def test_errors_on_english_pages_are_english_where_there_is_english() -> None:
    context = with_fields(newborn(), mother_live="")
    errors = check_section(context, select(context), "s_mother")
    view = section_view(context, select(context), "s_mother", errors=errors, lang="en")
    assert [f.errors for f in view.fields if f.errors] == [("Enter Current address",)]


def test_the_summary_reads_like_a_person_would_say_it() -> None:
    context = newborn()
    rows = {row.path: row for part in summary(context, select(context)) for row in part.rows}
    assert rows["s_child.0.birth_time"].text == "2026-10-30 08:15"
    assert rows["s_child.0.gender"].text == "女"
    assert rows["s_child.0.gender"].block == "陈一诺"
    assert rows["delivery"].text == "仅电子证照（免邮寄）"
    assert "child_id" not in {path.rpartition(".")[2] for path in rows}, "system fields are not the applicant's"
    english = {row.path: row for part in summary(context, select(context), "en") for row in part.rows}
    assert english["s_child.0.gender"].text == "Female"


def test_the_summary_marks_what_is_missing() -> None:
    context = newborn(mother_live=None)
    rows = {row.path: row for part in summary(context, select(context)) for row in part.rows}
    assert rows["mother_live"].missing
    assert not rows["mother_name"].missing


def test_the_task_list_tells_untouched_half_done_wrong_and_complete_apart() -> None:
    context = newborn(mother_live=None, father_id="350203199211053172", s_child=[], card_bank=None)
    states = {state.section_id: state for state in missing(context, select(context))}
    assert (states["s_mother"].filled, states["s_mother"].total_required, states["s_mother"].wrong) == (6, 7, 0)
    assert (states["s_father"].wrong, states["s_father"].is_complete) == (1, False)
    assert states["s_child"].is_untouched
    assert states["s_child"].total_required == 1
    assert states["s_hukou"].is_complete


def test_a_field_is_asked_once_and_knows_everybody_who_needs_it() -> None:
    known = owners(spec("XSECS"))
    assert known["mother_ethnic"].items == ("BIRTH_CERT", "HUKOU")
    assert known["mother_ethnic"].departments == ("WJ", "GA")
    assert fields_saved(spec("XSECS")) > 0


def test_no_shipped_form_asks_for_the_same_thing_twice() -> None:
    assert {code: conflicts(spec(code)) for code in codes() if conflicts(spec(code))} == {}


def test_two_fields_with_one_label_side_by_side_are_a_conflict() -> None:
    twice = [field("a"), {**field("b"), "zh": "字段a"}]
    (conflict,) = conflicts(small(form={"sections": [section(*twice)]}))
    assert conflict.fields == ("a", "b")
    apart = {"sections": [section(twice[0], name="s_a"), section(twice[1], name="s_b")]}
    assert conflicts(small(form=apart)) == ()
