"""Every shipped definition, with any answers whatever: it settles, it judges, and nobody sees what is not theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bundles.forms import (
    Context,
    Lookup,
    check_all,
    check_constraints,
    check_eligibility,
    clean_section,
    instances_of,
    lookups_wanted,
    material_slots,
    missing,
    prefill,
    section_view,
    select,
    selection,
    split,
    summary,
)
from bundles.forms.words import options_of
from bundles.rules import UNKNOWN
from bundles.spec import BundleSpec, Field
from tests.bundles.forms.world import NOW
from tests.factories.library import codes, registry, spec

ACCOUNTS: list[dict[str, str]] = [
    {},
    {"kind": "person", "name": "林晓岚", "id_no": "350203199403186286", "phone": "13800000001"},
    {"kind": "org", "uscc": "91350200MA9XA0016D", "ent_name": "云栈", "operator_name": "陈屿"},
]
SAMPLES: Mapping[str, list[object]] = {
    "bool": [True, False],
    "integer": [3, 400, "三"],
    "number": ["3.5", "-1"],
    "money": ["100.00", "1.234"],
    "date": ["2026-01-01", "2030-12-31", "不知道"],
    "datetime": ["2026-10-30T08:15:00+08:00"],
    "id_number": ["350203199403186286", "350203199403186281"],
    "uscc": ["91350200MA9XA0016D"],
    "plate": ["闽DA0001"],
}
SAID = [UNKNOWN, None, "正常", True, False, 12, "2026-01-02", "1", [], [{"permit_no": "x", "kind": "FOOD_PERMIT"}]]


class AnyFacts:
    """Registers that answer anything at all, but the same to the same question."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def get(self, lookup: Lookup, field: str) -> object:
        return SAID[(self.seed + sum(map(ord, f"{lookup.code}{lookup.inputs}{field}"))) % len(SAID)]


def value_of(one: Field) -> st.SearchStrategy[object]:
    options = [option[0] for option in options_of(one, registry())]
    if one.type == "multi":
        return st.lists(st.sampled_from(options), unique=True) if options else st.just([])
    known: list[object] = [*options] or SAMPLES.get(one.type, ["文字", "字" * 600])
    return st.sampled_from([*known, "", None])


def row_of(fields: tuple[Field, ...]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional={one.id: value_of(one) for one in fields})


def answers_to(definition: BundleSpec) -> st.SearchStrategy[dict[str, Any]]:
    guidance = {
        q.id: st.lists(st.sampled_from([o.value for o in q.options]), unique=True)
        if q.kind == "multi"
        else st.sampled_from([o.value for o in q.options])
        for q in definition.guidance
    }
    alone = tuple(
        one for _, _, one in definition.walk_fields() if not one.is_group and definition.group_of(one.id) is None
    )
    blocks = {g.id: st.lists(row_of(g.fields), max_size=3) for g in definition.groups.values()}
    form = st.tuples(row_of(alone), st.fixed_dictionaries({}, optional=blocks)).map(
        lambda parts: {**parts[0], **parts[1]}
    )
    items = st.lists(st.sampled_from([i.id for i in definition.items]), unique=True)
    return st.fixed_dictionaries(
        {"guidance": st.fixed_dictionaries({}, optional=guidance), "fields": form},
        optional={"ticks": items, "later": items},
    )


def contexts(code: str) -> st.SearchStrategy[Context]:
    definition = spec(code)
    return st.builds(
        lambda answers, account, agent, seed: Context(
            definition, registry(), answers, NOW, account=account, by_agent=agent, facts=AnyFacts(seed)
        ),
        answers_to(definition),
        st.sampled_from(ACCOUNTS),
        st.booleans(),
        st.integers(0, 9),
    )


few = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("code", codes())
@few
@given(data=st.data())
def test_selection_settles_and_does_not_depend_on_hidden_answers(code: str, data: st.DataObject) -> None:
    context = data.draw(contexts(code))
    chosen = select(context)
    assert select(replace(context)) == chosen
    kept = {
        name: v for name, v in context.answers["fields"].items() if name in chosen.fields or name in context.spec.groups
    }
    without = {**context.answers, "fields": kept, "guidance": dict(chosen.answered)}
    again = select(replace(context, answers=without))
    # An answer may switch off the very items that ask for it: then there is no state in which it counts and is asked.
    assert again == chosen or selection._Round(context, again).selection() != again
    assert not set(chosen.items) & set(chosen.later)
    for name in chosen.fields:
        assert context.spec.items_of_field(name) & set(chosen.items) or context.spec.field(name).is_group


@pytest.mark.parametrize("code", codes())
@few
@given(data=st.data())
def test_any_answers_can_be_judged_and_shown(code: str, data: st.DataObject) -> None:
    context = data.draw(contexts(code))
    chosen = select(context)
    for error in check_all(context, chosen):
        assert error.message
        assert (
            error.path.startswith("guidance.")
            or context.spec.has_field(error.field)
            or error.field in context.spec.groups
        )
    assert {r.verdict for r in check_eligibility(context) + check_constraints(context)} <= {"false", "unknown"}
    for state in missing(context, chosen):
        assert 0 <= state.filled <= state.total_required
    assert [part.id for part in summary(context, chosen, "en")] == list(chosen.sections)
    for name in chosen.sections:
        section_view(context, chosen, name)
    material_slots(context, chosen)


@pytest.mark.parametrize("code", codes())
@few
@given(data=st.data())
def test_no_item_receives_a_field_that_does_not_name_it(code: str, data: st.DataObject) -> None:
    context = data.draw(contexts(code))
    chosen = select(context)
    for name in chosen.items:
        for instance in instances_of(context, name, chosen):
            received = split(context, chosen, name, instance.row)
            fields = {key for key in received if key not in context.spec.groups}
            fields |= {key for key in received if key in context.spec.groups for row in received[key] for key in row}
            assert all(name in context.spec.items_of_field(one) for one in fields)
            assert fields <= chosen.fields


@pytest.mark.parametrize("code", codes())
@few
@given(data=st.data())
def test_filling_in_settles_and_keeps_what_was_typed(code: str, data: st.DataObject) -> None:
    context = data.draw(contexts(code))
    typed = {
        n: v for n, v in context.answers["fields"].items() if v not in (None, "", []) and n not in context.spec.groups
    }
    after = replace(context, answers=prefill(context, select(context)).answers)
    assert {name: after.answers["fields"][name] for name in typed} == typed
    assert prefill(after, select(after)).changed == ()
    wanted = lookups_wanted(after, select(after))
    assert len(wanted) == len(set(wanted))


@pytest.mark.parametrize("code", codes())
@few
@given(data=st.data())
def test_a_page_posted_as_it_was_shown_changes_no_answer(code: str, data: st.DataObject) -> None:
    context = data.draw(contexts(code))
    chosen = select(context)
    for name in chosen.sections:
        view = section_view(context, chosen, name)
        fields = [*view.fields, *(f for row in view.rows for f in row.fields)]
        fields += [f for one in view.fields if one.block for row in one.block.rows for f in row.fields]
        raw = {f.path: list(f.values) if f.widget == "checkboxes" else f.value for f in fields if not f.block}
        after = clean_section(context, chosen, name, raw).answers
        again = section_view(replace(context, answers=after), chosen, name)
        assert [f.value for f in again.fields] == [f.value for f in view.fields]
        assert [[f.value for f in row.fields] for row in again.rows] == [
            [f.value for f in row.fields] for row in view.rows
        ]
