"""The plan of a live case: what may be changed by whom, and which version holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bundles import queries
from bundles.spec import Change, Item
from cases.models import Case, HeldAnswer, PlanVersion, SubApplication
from cases.ports import Actor
from cases.states import CaseState, SubState

DEPARTMENT_SIDE = frozenset({"staff", "department"})
OVER = frozenset({CaseState.DRAFT, CaseState.AWAITING_PARTIES, CaseState.WITHDRAWN, CaseState.LAPSED})


@dataclass(frozen=True, slots=True)
class Agreement:
    """An item that decides anew, and whether it has agreed to the version."""

    item: str
    instance: str
    department: str
    has_agreed: bool


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the plan. `state`: proposed, effective, refused, replaced; number 1 is the plan as filed."""

    number: int
    title: str
    reason: str
    state: str
    state_label: str
    proposed_at: datetime
    answer_by: datetime | None
    agreements: tuple[Agreement, ...]


@dataclass(frozen=True, slots=True)
class Plans:
    """What can be done about the plan now, and its versions, newest first; `withdrawals` take the whole plan back."""

    changes: tuple[Change, ...]
    versions: tuple[Version, ...]
    holds: int
    withdrawals: tuple[Change, ...] = ()


def plans_of(case: Case, by: Actor, lang: str = "zh") -> Plans | None:
    """The plan of a case whose bundle lets it be changed; None for every other case."""
    replan = queries.version(case.bundle_version_id).spec.replan
    if replan is None or case.state in OVER:
        return None
    versions = tuple(_version(case, one, lang) for one in PlanVersion.objects.filter(case=case).order_by("-number"))
    mine = [one for one in replan.triggers if may_propose(case, one, by)]
    changes = tuple(one for one in mine if one.act == "change")
    withdrawals = tuple(one for one in mine if one.act == "withdraw")
    holds = next((one.number for one in versions if one.state == PlanVersion.State.EFFECTIVE), 1)
    return Plans(changes, versions, holds, withdrawals)


def may_propose(case: Case, change: Change, by: Actor) -> bool:
    """Whether somebody may bring about a change: the applicant's side, a party, a department, the system."""
    allowed = [change.by] if isinstance(change.by, str) else list(change.by or ())
    if by.kind in DEPARTMENT_SIDE:
        lead = queries.version(case.bundle_version_id).spec.lead
        return by.department in allowed or ("system" in allowed and by.department == lead)
    if by.kind == "party":
        return any(name in allowed for name in case.parties.filter(account_id=by.id).values_list("party_id", flat=True))
    return by.kind == "system" or (by.kind in ("applicant", "clerk") and "agent" in allowed)


def _version(case: Case, version: PlanVersion, lang: str) -> Version:
    spec = queries.version(case.bundle_version_id).spec
    change = next((one for one in spec.replan.triggers if one.id == version.change), None) if spec.replan else None
    subs = SubApplication.objects.filter(pk__in=version.redone)
    held = set(HeldAnswer.objects.filter(sub__in=subs, released_at=None).values_list("sub_id", flat=True))
    agreements = tuple(
        Agreement(
            _named(spec.item(sub.item_id), lang),
            sub.instance_label or "",
            sub.department,
            version.state == PlanVersion.State.EFFECTIVE or sub.state == SubState.APPROVED or sub.pk in held,
        )
        for sub in subs
    )
    return Version(
        number=version.number,
        title=change.named(lang) if change else version.change,
        reason=version.reason or "",
        state=version.state,
        state_label=str(PlanVersion.State(version.state).label),
        proposed_at=version.proposed_at,
        answer_by=version.answer_by,
        agreements=agreements,
    )


def _named(item: Item, lang: str) -> str:
    return item.en if lang == "en" and item.en else item.zh
