"""The stages of a case that are filed one after the other: which are done, under way, open, or still closed."""

from __future__ import annotations

from dataclasses import dataclass

from bundles import queries
from bundles.forms.answers import ids_in
from bundles.forms.stages import has_stages
from bundles.spec import BundleSpec, Stage
from cases.models import Case, SubApplication
from cases.states import SUB_FINAL

DONE, DOING, OPEN, CLOSED = "done", "doing", "open", "closed"


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage with its items in this case. `state`: done, doing, open (to be filed now) or closed."""

    id: str
    title: str
    state: str
    items: int
    done: int


def stages_of(case: Case, lang: str = "zh") -> tuple[StageView, ...]:
    """The stages of a filed case that have items in it, in order; none where stages do not open one by one."""
    spec = queries.version(case.bundle_version_id).spec
    if case.submitted_at is None or not has_stages(spec):
        return ()
    states = dict(SubApplication.objects.filter(case=case).values_list("item_id", "state"))
    later = set(ids_in(case.answers or {}, "later"))
    found = (_stage(case, stage, states, later, lang) for stage in spec.stages)
    return tuple(view for view in found if view.items)


def _stage(case: Case, stage: Stage, states: dict[str, str], later: set[str], lang: str) -> StageView:
    filed = [states[item] for item in stage.items if item in states]
    waiting = later.intersection(stage.items)
    done = sum(state in SUB_FINAL for state in filed)
    title = stage.en if lang == "en" and stage.en else stage.zh
    state = _state(case, stage, len(filed), done, len(waiting))
    return StageView(stage.id, title, state, len(filed) + len(waiting), done)


def _state(case: Case, stage: Stage, filed: int, done: int, waiting: int) -> str:
    if filed and done < filed:
        return DOING
    if waiting:
        return OPEN if stage.id in ids_in(case.answers or {}, "stages") else CLOSED
    return DONE


def fileable_later(case: Case, spec: BundleSpec) -> list[str]:
    """The items put off that can be filed now: those of stages that are not open yet cannot."""
    later = ids_in(case.answers or {}, "later") if case.submitted_at else ()
    known = {item.id for item in spec.items}
    opened = ids_in(case.answers or {}, "stages")
    closed = {i for stage in spec.stages if has_stages(spec) and stage.id not in opened for i in stage.items}
    return [item for item in later if item in known and item not in closed]


def stages_to_come(case: Case) -> bool:
    """Whether stages of a filed case have still to be filed: what is concluded is the stage, not the whole."""
    return bool(ids_in(case.answers or {}, "stages")) and bool(ids_in(case.answers or {}, "later"))
