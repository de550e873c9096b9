"""The pump: judges what is ready and carries what is due, until nothing is left.

One loop a process carries everything: it claims what departments have room for, sends it, and writes down together
whatever has been answered meanwhile; what that lets go is sent on at once. A department that hangs keeps its own
places and nobody else's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, Lock
from time import monotonic, sleep
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from cases import outbox, ports
from cases.actions.delivery import arrivals, circuits, inbox
from cases.actions.delivery.recording import Ended, parcel_of, record
from cases.actions.desk import attention
from cases.actions.engine import due, judging, occasions, rounds
from cases.actions.engine.answers import apply_answer
from cases.actions.engine.locking import lock_case_of, lock_subs
from cases.actions.engine.shelf import Shelf
from cases.models import Attention, SubApplication
from cases.outbox import Claim
from cases.ports import NEVER_SEEN, Actor, Outcome, Parcel
from cases.queries import waiting
from cases.queries.circuits import shut_lines
from cases.states import DeliveryState

log = structlog.get_logger(__name__)

AT_ONCE = 64
QUOTA = 16
BUDGET_S = 40.0
LOOK_AGAIN_S = 0.5
GATHER_S = 0.003
NEWEST_EVERY = 4  # one claim of so many takes what came last: no new case waits behind a whole backlog

_carrying = Lock()
_wanted = Event()
_leaving = Event()
_shelf = Shelf()  # of the loop that carries
_BELL = Outcome(UUID(int=0), "unknown")  # of no delivery: it only ends the waiting
_bells: list[SimpleQueue[Outcome]] = []  # that of the loop which carries, where one does


def pump(budget_s: float = BUDGET_S) -> int:
    """Carry on until nothing is due or the budget is spent; returns how many steps were done."""
    until = monotonic() + budget_s
    done = 0
    while monotonic() < until:
        step = judging.judge_ready() + carry(until) + do_pump_rounds()
        if not step:
            break
        done += step
    return done


def do_pump_rounds() -> int:
    """What should follow within moments, as far as there is some; one round that fails stops no other."""
    wanted = due.pump_rounds_due()
    return sum(rounds.whole(path, act) for path, act in occasions.on_pump().items() if path in wanted)


def look_again() -> None:
    """Let the loop that carries in this process look at once for what is due."""
    _wanted.set()
    if _bells:
        _bells[-1].put(_BELL)


def leave() -> None:
    """The process is about to end: what is on its way is waited for, nothing else is sent."""
    _leaving.set()


def carry(until: float) -> int:
    """Carry what is due, or let the loop that runs already in this process know; returns how many were tried."""
    _wanted.set()
    done = 0
    while _wanted.is_set() and _may_go_on(until) and _carrying.acquire(blocking=False):
        try:
            done += _Round(until).run()
        finally:
            _carrying.release()
    return done


def _may_go_on(until: float) -> bool:
    return monotonic() < until and not _leaving.is_set()


class _Round:
    """One stretch of carrying, from the first claim until nothing is on its way any more."""

    def __init__(self, until: float) -> None:
        self._until = until
        self._flying: dict[UUID, tuple[Claim, float]] = {}
        self._ended: SimpleQueue[Outcome] = SimpleQueue()
        self._look_at = 0.0
        self._tried = 0
        self._claims = 0
        self._unwritten: list[Ended] = []

    def run(self) -> int:
        _bells.append(self._ended)
        try:
            while not self._is_over():
                pass
        finally:
            _bells.remove(self._ended)
        return self._tried

    def _is_over(self) -> bool:
        """Carry until nothing is on its way; not over where the database went away meanwhile and is back in time."""
        try:
            self._run()
        except (OperationalError, InterfaceError) as error:
            if not self._is_there_again():
                raise
            counts = {"flying": len(self._flying), "unwritten": len(self._unwritten)}
            log.warning("dispatch.resumed", error=type(error).__name__, **counts)
            return False
        return True

    def _run(self) -> None:
        self._write_down()
        while self._look(at_once=not self._flying) or self._flying:
            self._unwritten = self._next_ended()
            self._write_down()

    def _write_down(self) -> None:
        """What has ended takes effect; it stays unwritten until the database has it."""
        if ended := self._unwritten:
            carrier = outbox.Carrier(self._room(), QUOTA if self._goes_on() else 0)
            record(ended, carrier, _shelf)
            self._unwritten = []
            self._send(carrier.taken)
            circuits.note_outcomes((one.delivery.department, one.delivery.pk, outcome) for one, outcome in ended)

    def _is_there_again(self) -> bool:
        """Wait for a database that is gone, as long as the leases of what was sent may hold.

        Answers that came meanwhile are known to nobody else: whoever took their deliveries up after the leases would
        have to ask the departments again.
        """
        if not (self._flying or self._unwritten) or connection.in_atomic_block or connection.is_usable():
            return False
        until = monotonic() + outbox.LEASE_S
        while monotonic() < until and not _leaving.is_set():
            try:
                connection.close()
                connection.ensure_connection()
            except (OperationalError, InterfaceError):
                sleep(LOOK_AGAIN_S)
            else:
                return True
        return False

    def _goes_on(self) -> bool:
        return _may_go_on(self._until) and len(self._flying) < AT_ONCE * 4

    def _look(self, *, at_once: bool) -> bool:
        """Claim what is due, when somebody said so or some time has passed; whether there was something."""
        now = monotonic()
        if not self._goes_on() or not (at_once or _wanted.is_set() or now >= self._look_at):
            return False
        _wanted.clear()
        self._look_at = now + LOOK_AGAIN_S
        found = waiting.to_carry()
        applied = self._apply_arrived() if found.arrivals else 0
        claims = self._claim() if found.promises else []
        return bool(claims or applied)

    def _claim(self) -> list[Claim]:
        self._claims += 1
        ask = partial(outbox.claim, AT_ONCE - len(self._flying), QUOTA, self._by_department())
        claims = (ask(newest=True) if self._claims % NEWEST_EVERY == 0 else []) or ask()
        self._send(claims)
        return claims

    def _apply_arrived(self) -> int:
        """Callbacks that have come take effect; what they let go is sent on at once."""
        carrier = outbox.Carrier(self._room(), QUOTA)
        applied = arrivals.apply_arrived(carrier, _shelf)
        self._send(carrier.taken)
        self._tried += applied
        if applied >= arrivals.AT_ONCE:
            _wanted.set()
        return applied

    def _send(self, claims: list[Claim]) -> None:
        if claims:
            self._tried += len(claims)
            now = monotonic()
            self._flying.update({claimed.delivery.pk: (claimed, now) for claimed in claims})
            ports.department_gateway().deliver_into([parcel_of(claimed) for claimed in claims], self._ended)

    def _next_ended(self) -> list[Ended]:
        """What has ended by now; waits for the first or the bell, at most until it is time to look again.

        What ends within moments of the first is recorded with it: a transaction costs more than waiting for it.
        """
        found: list[Ended] = []
        try:
            wait_s = max(self._look_at - monotonic(), 0.01) if self._goes_on() else LOOK_AGAIN_S
            outcome = self._ended.get(timeout=wait_s)
            gather_until = monotonic() + GATHER_S
            while True:
                if outcome.delivery_id in self._flying:
                    found.append((self._flying.pop(outcome.delivery_id)[0], outcome))
                left_s = max(gather_until - monotonic(), 0.0) if self._flying else 0.0
                outcome = self._ended.get(block=left_s > 0, timeout=left_s)
        except Empty:
            return found or self._given_up()

    def _given_up(self) -> list[Ended]:
        """What no outcome came of although its lease is over: not known, like everything that was not heard of."""
        before = monotonic() - outbox.LEASE_S
        overdue = [claimed for claimed, sent_at in self._flying.values() if sent_at < before]
        for claimed in overdue:
            del self._flying[claimed.delivery.pk]
        return [(claimed, Outcome(claimed.delivery.pk, "unknown", detail="no outcome")) for claimed in overdue]

    def _by_department(self) -> Counter[str]:
        return Counter(claimed.delivery.department for claimed, _ in self._flying.values())

    def _room(self) -> dict[str, int]:
        return {department: QUOTA - flying for department, flying in self._by_department().items()}


def ask_about(subs: Sequence[SubApplication]) -> int:
    """Ask departments for the state of what they have; returns how many answered."""
    shut = shut_lines()
    asked = [sub for sub in subs if sub.department not in shut]
    parcels = [parcel for sub in asked if (parcel := _question(sub)) is not None]
    if not parcels:
        return 0
    of_sub = {sub.pk: sub.case_id for sub in asked}
    of_delivery = {parcel.delivery_id: parcel.sub_application_id for parcel in parcels}
    answered = 0
    for outcome in ports.department_gateway().ask(parcels):
        sub_id = of_delivery[outcome.delivery_id]
        answered += rounds.one(
            "delivery.dispatch.ask_about", sub_id, partial(_heard, sub_id, outcome), about=of_sub[sub_id]
        )
    return answered


@transaction.atomic
def _heard(sub_id: UUID, outcome: Outcome) -> bool:
    """What a department says when it is asked; whether that was an answer."""
    case, _ = lock_case_of(sub_id)
    mine = lock_subs(case)
    sub = next(one for one in mine if one.pk == sub_id)
    if outcome.kind == "done" and outcome.answer is not None:
        department = Actor("department", department=sub.department)
        effect = apply_answer(case, mine, sub, outcome.answer, by=department)
        inbox.keep_answer(sub, outcome.answer, effect, event_id=f"asked:{sub.pk}:{outcome.answer.status}")
        return True
    if outcome.kind == "refused" and outcome.detail == NEVER_SEEN and sub.receipt_no:
        attention.raise_attention(case, Attention.Reason.FORGOTTEN, sub=sub, detail=outcome.detail)
    return False


def _question(sub: SubApplication) -> Parcel | None:
    filing = outbox.filing_of(sub)
    if filing is None or filing.state != DeliveryState.DONE:
        return None
    return parcel_of(Claim(filing, filing.lease_no, sub.case_id))
