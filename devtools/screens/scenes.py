"""Cases of every bundle for the pictures: filed as `seed_check` files them, but in the portal that is running.

Its own workers carry them to the departments; nobody here turns the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast
from uuid import UUID

from cases import access
from cases.queries.under_way import UnderWay
from portal.accounts.models import Account
from portal.demo.people import CITIZENS, OPERATORS
from portal.seed_check import rosters, scenario
from portal.seed_check.people import People
from portal.seed_check.walk import Walk
from portal.seed_check.world import World

PATIENCE_S = 45.0
POLL_S = 0.5
HELD_S = 36_000
WITH_DEPARTMENT = frozenset({"received", "accepted", "special_procedure"})
Tell = Callable[..., Any]
Reached = Callable[[str, tuple[UnderWay, ...]], bool]


def is_running(state: str, subs: tuple[UnderWay, ...]) -> bool:
    return state == "in_progress" and any(sub.state in WITH_DEPARTMENT for sub in subs)


def is_handed_in(state: str, subs: tuple[UnderWay, ...]) -> bool:
    return bool(subs)


def is_at_a_desk(state: str, subs: tuple[UnderWay, ...]) -> bool:
    """A department without a system has a task of it."""
    return any(sub.connect == "manual" and sub.state == "dispatched" for sub in subs)


def is_concluded(state: str, subs: tuple[UnderWay, ...]) -> bool:
    return state == "concluded"


@dataclass(frozen=True, slots=True)
class Scene:
    """A case of a bundle as its scenario files it. Behaviours are those of the mock departments; `until`: where the
    case must have come; a draft is left half way.
    """

    code: str
    behaviours: tuple[Mapping[str, Any], ...] = ()
    until: Reached = is_handed_in
    is_draft: bool = False
    changed: Mapping[str, Any] = field(default_factory=dict)


HELD: Mapping[str, Any] = {"accept_s": 0, "decide_s": HELD_S}


def is_asked(state: str, subs: tuple[UnderWay, ...]) -> bool:
    return state == "awaiting_applicant" and any(sub.state == "approved" for sub in subs)


UNREADABLE: Mapping[str, Any] = {
    "item": "HUKOU",
    "decide": "supplement",
    "reasons": [{"about": "M_HUKOU_BOOK", "text": "户口簿户主页照片反光，户主姓名看不清"}],
}
SCENES: dict[str, Scene] = {
    "foreigner": Scene("WGRGZ", (), is_at_a_desk),
    "building": Scene("GCJS", (HELD,), is_running),
    "ship": Scene("CBJCG", (), is_running),
    "house": Scene("BDCN"),
    "fund": Scene("GJJTQ", (), is_concluded),
    "company-draft": Scene("QYBG", is_draft=True),
    "batch": Scene("DXSCB", is_draft=True),
    "midway": Scene("XSECS", (UNREADABLE, {"item": "MATERNITY_PAY", **HELD}), is_asked),
    "put-off": Scene("XSECS", (HELD,), is_running, changed={"materials": {"M_DISCHARGE": "defer"}}),
}


class DemoPeople(People):
    """The people of the scenarios; who is a demo person signs in as that one."""

    def citizen(self, name: str) -> Account:
        known = next((username for username, one in CITIZENS.items() if one == name), "")
        return Account.objects.get(username=known) if known else super().citizen(name)

    def operator(self, company: str, person: str = "") -> Account:
        firm = self.company(company).name
        known = next((username for username, (_, one) in OPERATORS.items() if one == firm), "")
        return Account.objects.get(username=known) if known else super().operator(company, person)


class Filing(Walk):
    """A walk that ends with the handing in, or before."""

    def file(self, *, is_draft: bool) -> None:
        self._begin()
        if is_draft:
            if self.script.roster and self.spec.batch is not None:
                rosters.bring(self)
            return
        self._hand_in()


@dataclass(frozen=True, slots=True)
class _Departments:
    """The running mock departments, as a walk speaks to them."""

    tell: Tell


@dataclass(frozen=True, slots=True)
class _RunningCity:
    """What a walk needs of its world where the portal's own workers do the work."""

    departments: _Departments
    people: People

    def go_on(self) -> None:
        time.sleep(POLL_S)


def play(scene: Scene, tell: Tell, told: Mapping[str, Any]) -> tuple[str, str]:
    """File the case and wait for it: its id and the username of its applicant. Raises TimeoutError, CannotFill."""
    script = replace(scenario.plan_of(scene.code).scripts[0], begins_on="", **scene.changed)
    city = cast(World, _RunningCity(_Departments(tell), DemoPeople(told)))
    walk = Filing(city, script)
    numbers = [tell("behaviour", bundle=scene.code, **words)["id"] for words in scene.behaviours]
    try:
        walk.file(is_draft=scene.is_draft)
        if not scene.is_draft:
            _wait(walk, scene.until)
    finally:
        for number in numbers:
            tell("behaviour", end=number)
    return str(walk.case_id), walk.applicant.username


def _wait(walk: Walk, reached: Reached) -> None:
    until = time.monotonic() + PATIENCE_S
    while not reached(walk.case.state, walk.subs):
        if time.monotonic() > until:
            raise TimeoutError(f"{walk.script.bundle} 停在 {walk.case.state}")
        time.sleep(POLL_S)


def is_there(case_id: str, username: str) -> bool:
    """Whether the case is in this database, and that person's."""
    account = Account.objects.filter(username=username).first()
    return account is not None and access.case_for(account, UUID(case_id)) is not None
