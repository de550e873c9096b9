"""Walking through a bundle as its people would: fill in, hand in, agree, answer, wait; departments decide meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from bundles import queries as catalogue
from bundles.spec import BundleSpec
from cases import access, queries
from cases.actions.applying import drafting, filing, parties, withdrawal
from cases.actions.fees import prepaying
from cases.actions.papers import deferrals, materials
from cases.actions.supplementing import supplements
from cases.errors import CaseError
from cases.ports import Identity
from cases.queries import under_way
from cases.queries.under_way import UnderWay
from cases.states import CASE_FINAL, CaseState
from portal.accounts.models import Account
from portal.seed_check import aims, desk, entitled, pace, paying, rosters, visits
from portal.seed_check.filler import Filler
from portal.seed_check.papers import paper
from portal.seed_check.rosters import Confirmations
from portal.seed_check.scenario import Script, usual_applicant
from portal.seed_check.seating import SeatingRun
from portal.seed_check.values import Proposals
from portal.seed_check.visits import Visits
from portal.seed_check.world import World

TURNS = 400
IDLE_TURNS = 40
PATIENT_TURNS = 5
MOST_NOTICES = 3
SUBMISSIONS = 4
LONGEST_STEP = timedelta(days=5)


class Stuck(Exception):
    """Nothing moves any more and the case is not at its end; the message says where it stands."""


@dataclass
class Walk:
    """One walk and what was counted on it. Seconds are the machine's, moments the accelerated clock's."""

    world: World
    script: Script
    case_id: UUID = field(default_factory=uuid4)
    handed_in_at: datetime | None = None
    handling_s: float = 0.0
    notices_answered: int = 0
    decided_by_hand: int = 0
    visits: Visits = field(default_factory=Visits)
    seating: SeatingRun = field(default_factory=SeatingRun)
    confirmations: Confirmations = field(default_factory=Confirmations)
    aimed_at: str = ""
    _idle: int = 0
    _procedures: dict[UUID, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.spec: BundleSpec = catalogue.published(self.script.bundle).spec
        self.applicant = self._account(self.script.applicant or usual_applicant(self.spec))
        own_card = str((self.applicant.details or {}).get("bank_card", ""))
        self.proposals = Proposals(self.spec, catalogue.registry(), self.world.people, self._cast(), own_card)
        words = {"fields": self.script.fields, "rows": self.script.rows, "materials": self.script.materials}
        self.filler = Filler(self.applicant, self.proposals, words, self._ask_early)

    @property
    def case(self) -> Any:
        found = access.case_for(self.applicant, self.case_id)
        assert found is not None
        return found

    @property
    def subs(self) -> tuple[UnderWay, ...]:
        return under_way.items_under_way(self.case)

    # -- who ---------------------------------------------------------------------------------------------------------
    def _account(self, words: Any) -> Account:
        people = self.world.people
        if isinstance(words, str):
            return people.citizen(words)
        return people.operator(str(words["company"]), str(words.get("person", "")))

    def _cast(self) -> dict[str, str]:
        """The applicant plays the applying party."""
        identity: Identity = self.applicant.identity
        mine = [p for p in self.spec.parties if p.kind == identity.kind and p.role in ("applicant", "subject")]
        return {**({mine[0].id: identity.name} if mine else {}), **self.script.cast}

    # -- the walk ----------------------------------------------------------------------------------------------------
    def go(self) -> None:
        """From the first question to the end. Raises Stuck, CannotFill or what the engine refuses with."""
        self._set_the_scene()
        if self.script.found:
            entitled.find(self)
            self.handed_in_at = self.case.submitted_at
        else:
            self._begin()
            self._hand_in()
        aims.prepare(self)
        pressed = time.monotonic()
        self._follow()
        self.handling_s = time.monotonic() - pressed

    def hand_in_and_follow(self) -> None:
        """Walk a case on that was begun elsewhere already."""
        self._hand_in()
        self._follow()

    def _set_the_scene(self) -> None:
        tell = self.world.departments.tell
        if self.script.begins_on:
            self.world.advance(next_day(self.script.begins_on))
        tell("behaviour", accept_s=0, decide_s=0, on="applications")
        for item in filter(pace.takes_time, self.spec.items):
            tell("behaviour", bundle=self.spec.code, item=item.id, accept_s=0, decide_s=pace.HELD_S)
        for entry in self.script.registers:
            tell("register", **entry)
        for entry in self.script.behaviours:
            tell("behaviour", **{"bundle": self.spec.code, **entry})

    def _begin(self) -> None:
        case = drafting.start_draft(
            self.script.bundle,
            applicant=self.applicant,
            channel=self.script.channel,
            guidance=self.script.guidance,
            by_agent=self.script.by_agent,
        )
        self.case_id = case.pk
        if self.script.ticks or self.script.later:
            drafting.save_guidance(
                case.pk, by=self.applicant.actor, guidance={}, ticks=self.script.ticks, later=self.script.later
            )
        if self.script.roster:
            rosters.bring(self)

    def _hand_in(self) -> None:
        """Fill in and hand in; what an authorisation reveals to be missing is filled in and handed in again."""
        for _ in range(SUBMISSIONS):
            self.filler.fill(self.case_id)
            self._pay_first()
            filing.submit_case(self.case_id, by=self.applicant.actor, client_key=uuid4().hex)
            self._let_parties_agree()
            if self.case.state != CaseState.DRAFT:
                break
        case = self.case
        if case.submitted_at is None:
            waiting = [party.name or party.party_id for party in queries.pending_parties(case)]
            raise Stuck(f"还没有提交上去，停在“{CaseState(case.state).label}”，等 {'、'.join(waiting) or '无人'}")
        self.handed_in_at = case.submitted_at

    def _pay_first(self) -> None:
        """What has to be paid before handing in."""
        if any(item.fee.when == "before_submit" for item in self.spec.items):
            prepaying.prepare(self.case_id)
            self.world.go_on()
            if paying.pay_what_is_due(self.case, by=self.applicant):
                self.world.go_on()

    def _ask_early(self) -> None:
        """Let everybody concerned agree while the application is still filled in."""
        for party in queries.pending_parties(self.case):
            if party in queries.pending_parties(self.case):
                parties.invite(party.pk, by=self.applicant.actor)
                parties.agree(party.pk, account=self._account_of(party))

    def _let_parties_agree(self) -> None:
        """Whoever is asked says yes; the last yes files the case or shows what is still missing."""
        for party in queries.pending_parties(self.case):
            waits = self.case.state == CaseState.AWAITING_PARTIES
            if waits and party in queries.pending_parties(self.case):
                parties.agree(party.pk, account=self._account_of(party))

    def _account_of(self, party: Any) -> Account:
        number = party.id_no or ""
        return self.world.people.holder_of(number) or self.world.people.traveller(party.name or "", number)

    def _follow(self) -> None:
        for _ in range(TURNS):
            self.world.go_on()
            if self.case.state in CASE_FINAL and not self._continue():
                return
            if self._act():
                self._idle = 0
            else:
                self._wait()
        raise Stuck(self.where())

    # -- what people do ----------------------------------------------------------------------------------------------
    def _act(self) -> bool:
        """Whatever somebody would do now; whether anything was done."""
        return (
            aims.intervene(self)
            or self._take_tasks()
            or self.visits.act(self)
            or self.seating.act(self)
            or self.confirmations.act(self)
            or self._decide_what_is_due()
            or self._answer_notice()
            or paying.pay_what_is_due(self.case, by=self.applicant)
            or self._choose()
            or self._hand_in_what_was_put_off()
            or self._continue()
        )

    def _take_tasks(self) -> bool:
        fresh = [sub for sub in self.subs if sub.connect == "manual" and sub.state == "dispatched"]
        for sub in fresh:
            desk.take(sub, by=self.world.people.staff(sub.department))
        return bool(fresh)

    def _decide_what_is_due(self) -> bool:
        now = timezone.now()
        due = [sub for sub in self.subs if (at := self.decides_at(sub)) is not None and at <= now]
        return any([self._decide(sub) for sub in due])

    def _decide(self, sub: UnderWay) -> bool:
        if sub.connect == "manual":
            words = {**self.script.desk.get("*", {}), **self.script.desk.get(sub.item_id, {})}
            if words.get("silent"):
                return False
            desk.decide(sub, self.spec, words, by=self.world.people.staff(sub.department))
            if words.get("supplement"):  # asked once
                self.script = replace(self.script, desk={**self.script.desk, sub.item_id: {}})
            self.decided_by_hand += 1
            return True
        woken = self.world.departments.tell("step", sub_id=str(sub.sub_id))["woken"]
        return bool(woken)

    def _answer_notice(self) -> bool:
        """Confirm the fields and hand in the papers that the open notice names."""
        notice = queries.case_page(self.case).notice
        if notice is None:
            return False
        if self.notices_answered >= MOST_NOTICES:
            raise Stuck(f"补正没有尽头：{'；'.join(point.text for point in notice.points)}")
        for point in notice.points:
            self._answer_point(point.about)
        supplements.answer(self.case_id, by=self.applicant.actor)
        self.notices_answered += 1
        return True

    def _answer_point(self, about: str) -> None:
        slots = [slot for slot in queries.slots_of(self.case) if about in (slot.slot, slot.material_id)]
        for slot in slots:
            materials.upload(self.case_id, slot.slot, paper(slot.label), by=self.applicant.actor)
        if not slots and about:
            context = queries.context_of(self.case)
            values = aims.values_at(context, about)
            supplements.correct(self.case_id, values, by=self.applicant.actor)

    def _hand_in_what_was_put_off(self) -> bool:
        """Papers that were to come later (容缺) come while nothing else is to be done."""
        owed = [slot for slot in queries.slots_of(self.case) if slot.state == "deferred"]
        for slot in owed:
            materials.upload(self.case_id, slot.slot, paper(slot.label), by=self.applicant.actor)
            deferrals.hand_in(self.case_id, slot.slot, by=self.applicant.actor)
        return bool(owed)

    def _continue(self) -> bool:
        """Items put off, or a stage that has opened, are filed from the same case (分段办)."""
        case = self.case
        if self.handed_in_at is None or self.script.aim == "withdrawal":
            return False
        shut = [stage for stage in self.spec.stages if stage.id not in (case.answers or {}).get("stages", ())]
        waiting = {item for stage in shut if stage.open_when is not None for item in stage.items}
        later = [one.item_id for one in queries.case_page(case).later if one.item_id not in waiting]
        if not later:
            return False
        self.filler.fill(self.case_id)
        self._ask_early()
        filing.file_later(self.case_id, later, by=self.applicant.actor)
        return True

    def _choose(self) -> bool:
        asked = [sub for sub in self.subs if sub.state == "waiting" and sub.choice == "asked"]
        for sub in asked:
            go_on = self.script.choices.get(sub.item_id) != "stop"
            withdrawal.choose(sub.sub_id, go_on, by=self.applicant.actor)
        return bool(asked)

    # -- waiting -----------------------------------------------------------------------------------------------------
    def decides_at(self, sub: UnderWay) -> datetime | None:
        """When a department decides: after somebody has come, a special procedure in the days it was announced with."""
        if self.visits.is_awaited(self, sub):
            return None
        if sub.state == "special_procedure":
            return self._procedures.setdefault(sub.sub_id, timezone.now() + aims.procedure_time(self, sub))
        self._procedures.pop(sub.sub_id, None)
        return pace.decides_at(sub, self.spec)

    def _wait(self) -> None:
        """Let time pass until the next thing that matters: a promise, a decision, a look at the case."""
        case, now = self.case, timezone.now()
        self._idle += 1
        if self._idle > IDLE_TURNS:
            raise Stuck(self.where())
        promised = under_way.next_try(case)
        if promised is not None and promised > now:
            self.world.advance(promised)
            return
        moments = [at for sub in self.subs if (at := self.decides_at(sub)) is not None and at > now]
        visit = self.visits.next_at()
        moments += [visit + visits.TAKES] if visit is not None else []
        look = under_way.next_look(case)
        if not moments and look is not None:
            patience = min(timedelta(minutes=10) * 2 ** min(self._idle, 12), LONGEST_STEP)
            moments.append(max(look, now + patience) if self._idle > 2 else look)
        self.world.advance(min(moments, default=now + timedelta(hours=1)) + timedelta(seconds=1))

    @property
    def is_idle(self) -> bool:
        """Whether time alone has not brought anything on: nobody else is going to move first."""
        return self._idle > PATIENT_TURNS

    def where(self) -> str:
        """Where a case stands that does not go on."""
        case = self.case
        open_subs = [
            f"{s.item_id}({s.department}) {s.state} {s.held_by or s.choice}"
            for s in self.subs
            if s.state not in pace.DECIDED
        ]
        return f"停在“{CaseState(case.state).label}”：{'；'.join(open_subs)}；{under_way.open_concerns(case)}"


def next_day(month_day: str) -> datetime:
    """The morning of the next such day ("05-12")."""
    today = timezone.localdate()
    month, day = map(int, month_day.split("-"))
    year = today.year + ((today.month, today.day) >= (month, day))
    return timezone.localtime().replace(year=year, month=month, day=day, hour=9, minute=0)


def refused(error: Exception) -> str:
    """What went wrong, in one line."""
    faults = getattr(error, "faults", ())
    more = "；".join(f"{path}：{text}" for path, text in list(faults)[:4]) if isinstance(error, CaseError) else ""
    return f"{type(error).__name__}：{error}{'｜' + more if more else ''}"
