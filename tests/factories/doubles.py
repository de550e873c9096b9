"""In-memory doubles of the ports. Each passes the same contract test as the real adapter (tests/contracts)."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from queue import SimpleQueue
from typing import Any, Literal
from uuid import UUID

from cases.ports import (
    NEVER_SEEN,
    Answer,
    Finding,
    GatewayError,
    IssuedLicence,
    LicenceToKeep,
    Listing,
    Message,
    Order,
    Outcome,
    Parcel,
    PaymentPage,
    PaymentState,
    Query,
    Reason,
    Sending,
    StatedFee,
)

DECIDED = frozenset({"approved", "rejected", "not_accepted", "withdrawn"})
Fault = Literal["down", "lost_answer", "busy", "refused", "garbage"]


@dataclass
class Scripted:
    """What a department is going to say; fields of `Answer`, without whom it is about."""

    status: str = "approved"
    result: Mapping[str, Any] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    procedure: str = ""
    expected_days: int | None = None
    in_clock: bool | None = None
    remedy: str = ""
    apply_to: str = ""
    fee: StatedFee | None = None

    def answer(self, about: UUID, receipt_no: str) -> Answer:
        return Answer(
            sub_application_id=about,
            status=self.status,
            receipt_no=receipt_no,
            result=self.result,
            reasons=self.reasons,
            procedure=self.procedure,
            expected_days=self.expected_days,
            in_clock=self.in_clock,
            remedy=self.remedy,
            apply_to=self.apply_to,
            fee=self.fee,
        )


class FakeDepartments:
    """All departments at once (DepartmentGateway). Says "approved" unless told otherwise, and remembers everything.

    `effects` holds how often the thing behind a key was really done: more than once is a defect of the engine.
    """

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []
        self.asked: list[Parcel] = []
        self.effects: dict[str, int] = {}
        self._bytes: dict[str, bytes] = {}
        self._answers: dict[str, Answer] = {}  # by key of any parcel: what was answered
        self._states: dict[str, Answer] = {}  # by key of the filing: where it stands
        self._scripts: dict[tuple[str, str], deque[Scripted]] = {}
        self._standing: dict[tuple[str, str], Scripted] = {}
        self._faults: dict[str, deque[Fault]] = {}

    # ---- what the departments are told to do

    def say(self, status: str = "approved", *, department: str = "", item: str = "", **more: Any) -> None:
        """From now on answer filings so; narrower (department and item) wins over wider."""
        self._standing[department, item] = Scripted(status, **more)

    def say_once(self, status: str, *, department: str = "", item: str = "", **more: Any) -> None:
        """Answer the next such filing or supplement so, then as before."""
        self._scripts.setdefault((department, item), deque()).append(Scripted(status, **more))

    def fail(self, fault: Fault, *, department: str = "", times: int = 1) -> None:
        """Let the next tries end so. `lost_answer` and `garbage` do the thing and hide it; the others do nothing."""
        self._faults.setdefault(department, deque()).extend([fault] * times)

    def decide(self, key: str, status: str, **more: Any) -> Answer:
        """A clerk of the department decides what was filed under `key`; the answer is what asking will say."""
        known = self._states[key]
        self._states[key] = Scripted(status, **more).answer(known.sub_application_id, known.receipt_no)
        return self._states[key]

    def forget(self, key: str) -> None:
        """The department lost what was filed under `key` (a backup was restored)."""
        del self._states[key]

    # ---- what the departments were told

    def filings(self, department: str = "") -> list[dict[str, Any]]:
        """The bodies of filings in the order they came."""
        return [json.loads(p.body) for p in self.parcels if p.purpose == "file" and department in ("", p.department)]

    # ---- the port

    def deliver(self, parcels: Sequence[Parcel]) -> Sequence[Outcome]:
        return list(self.deliver_each(parcels))

    def deliver_into(self, parcels: Sequence[Parcel], outcomes: SimpleQueue[Outcome]) -> None:
        for outcome in self.deliver_each(parcels):
            outcomes.put(outcome)

    def deliver_each(self, parcels: Sequence[Parcel]) -> Iterator[Outcome]:
        for parcel in parcels:
            yield self._try(parcel)

    def ask(self, parcels: Sequence[Parcel]) -> Sequence[Outcome]:
        return [self._asked(parcel) for parcel in parcels]

    def _asked(self, parcel: Parcel) -> Outcome:
        self.asked.append(parcel)
        known = self._states.get(parcel.target_key)
        if known is None:
            return Outcome(parcel.delivery_id, "refused", detail=NEVER_SEEN)
        return Outcome(parcel.delivery_id, "done", known)

    def _try(self, parcel: Parcel) -> Outcome:
        if parcel.ask_first and parcel.purpose == "file" and parcel.target_key in self._states:
            return self._asked(parcel)
        self.parcels.append(parcel)
        fault = self._next_fault(parcel.department)
        if fault == "down":
            return Outcome(parcel.delivery_id, "unknown", detail="not sent: connection")
        if fault == "busy":
            return Outcome(parcel.delivery_id, "unknown", detail="HTTP 503", retry_after_s=7.0)
        if fault == "refused":
            return Outcome(parcel.delivery_id, "refused", detail="HTTP 422")
        if parcel.purpose == "withdraw" and parcel.target_key not in self._states:
            return Outcome(parcel.delivery_id, "refused", detail=NEVER_SEEN)
        outcome = self._do(parcel)
        return Outcome(parcel.delivery_id, "unknown", detail=fault) if fault else outcome

    def _do(self, parcel: Parcel) -> Outcome:
        if self._bytes.setdefault(parcel.key, parcel.body) != parcel.body:
            return Outcome(parcel.delivery_id, "refused", detail="HTTP 422")
        if parcel.key not in self._answers:
            self.effects[parcel.key] = self.effects.get(parcel.key, 0) + 1
            self._answers[parcel.key] = self._states[parcel.target_key] = self._effect(parcel)
        return Outcome(parcel.delivery_id, "done", self._answers[parcel.key])

    def _effect(self, parcel: Parcel) -> Answer:
        known = self._states.get(parcel.target_key)
        if known is not None and (known.status in DECIDED or parcel.purpose == "change"):
            anew = self._scripts.get((parcel.department, "change")) if parcel.purpose == "change" else None
            return anew.popleft().answer(parcel.sub_application_id, known.receipt_no) if anew else known
        receipt = known.receipt_no if known else f"{parcel.department}-{len(self._answers) + 1:08d}"
        if parcel.purpose == "withdraw":
            return Answer(parcel.sub_application_id, "withdrawn", receipt)
        return self._script(parcel).answer(parcel.sub_application_id, receipt)

    def _script(self, parcel: Parcel) -> Scripted:
        item = json.loads(parcel.body).get("item", {}).get("id", "")
        places = [(parcel.department, item), ("", item), (parcel.department, ""), ("", "")]
        for place in places:
            if self._scripts.get(place):
                return self._scripts[place].popleft()
        return next((self._standing[place] for place in places if place in self._standing), Scripted())

    def _next_fault(self, department: str) -> Fault | None:
        for place in (department, ""):
            if self._faults.get(place):
                return self._faults[place].popleft()
        return None


class _FakeSharing:
    """Records by code and by the value they are looked up by; a code can be silenced."""

    def __init__(self, records: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]] | None = None) -> None:
        self.records: dict[str, dict[str, list[Mapping[str, Any]]]] = {
            code: {subject: list(found) for subject, found in by.items()} for code, by in (records or {}).items()
        }
        self.queries: list[Query] = []
        self.silent: set[str] = set()
        self.conditional: set[str] = set()  # codes that want a consent

    def put(self, code: str, subject: str, *records: Mapping[str, Any]) -> None:
        """The records of a code about a subject (an id number, a credit code, a plate …)."""
        self.records.setdefault(code, {})[subject] = list(records)

    def begin(self, queries: Sequence[Query], *, budget_s: float) -> Callable[[], Sequence[Finding]]:
        return lambda: self._ask(queries)

    def _ask(self, queries: Sequence[Query]) -> list[Finding]:
        self.queries.extend(queries)
        return [self._find(query) for query in queries]

    def _find(self, query: Query) -> Finding:
        if query.code in self.silent or "*" in self.silent:
            return Finding(query, "unavailable", detail="no answer: deadline", reason="slow")
        if query.code in self.conditional and not query.consent_id:
            return Finding(query, "unavailable", detail="refused: no consent", reason="refused")
        by_subject = self.records.get(query.code, {})
        found = [record for _, value in query.inputs for record in by_subject.get(value, [])]
        return Finding(query, "found", tuple(found)) if found else Finding(query, "empty")


class FakeRegister(_FakeSharing):
    """Every register (Register). `people` are those of the population, with name, id_no and phone."""

    PAGE = 2

    def __init__(self, records: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]] | None = None) -> None:
        super().__init__(records)
        self.people: list[Mapping[str, str]] = []

    def list_people(self, code: str, criteria: Mapping[str, Any], *, cursor: str, purpose: str, basis: str) -> Listing:
        if not basis:
            raise GatewayError("HTTP 403", permanent=True, status=403)
        if code in self.silent:
            raise GatewayError("no answer: deadline", permanent=False)
        until = str(criteria["born_until"]).replace("-", "")
        listed = sorted((p for p in self.people if p["id_no"][6:14] <= until), key=lambda p: p["id_no"])
        rest = [person for person in listed if person["id_no"] > cursor]
        page = rest[: self.PAGE]
        return Listing(tuple(page), page[-1]["id_no"] if len(rest) > self.PAGE else "")

    def look_up(self, queries: Sequence[Query], *, budget_s: float) -> Sequence[Finding]:
        return self._ask(queries)


class FakeLicences(_FakeSharing):
    """The licence library (LicenceLibrary); `put_licence` adds a face, `files` holds what `fetch` gives."""

    def __init__(self, records: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]] | None = None) -> None:
        super().__init__(records)
        self.files: dict[tuple[str, str], tuple[bytes, str]] = {}
        self.kept: dict[str, str] = {}  # by reference: the id of what was issued
        self.told: list[tuple[str, str]] = []  # ids that are no longer valid, and why

    def put_licence(self, code: str, holder: str, licence_id: str, face: Mapping[str, Any], **more: Any) -> None:
        """A valid licence of a holder."""
        licence = {"licence_id": licence_id, "data": face, "valid_to": None, "status": "有效", "file_url": "", **more}
        self.records.setdefault(code, {}).setdefault(holder, []).append(licence)

    def search(self, queries: Sequence[Query], *, budget_s: float) -> Sequence[Finding]:
        return self._ask(queries)

    def fetch(self, department: str, file_url: str) -> tuple[bytes, str]:
        try:
            return self.files[department, file_url]
        except KeyError as error:
            raise GatewayError("发证部门没有给出证照文件。", permanent=True, status=404) from error

    def issue(self, licence: LicenceToKeep) -> IssuedLicence:
        self._answering(licence.code)
        if licence.reference not in self.kept:
            licence_id = f"{licence.code}-{len(self.kept) + 1:04d}"
            self.kept[licence.reference] = licence_id
            for holder in licence.holder.values():
                self.put_licence(licence.code, holder, licence_id, dict(licence.data))
        return IssuedLicence(self.kept[licence.reference], "")

    def revoke(self, code: str, licence_id: str, reason: str) -> None:
        self._answering(code)
        self.told.append((licence_id, reason))
        for by_holder in self.records.get(code, {}).values():
            by_holder[:] = [record for record in by_holder if record["licence_id"] != licence_id]

    def supersede(self, code: str, licence_id: str, by: str) -> None:
        self.revoke(code, licence_id, f"superseded by {by}")

    def _answering(self, code: str) -> None:
        if code in self.silent or "*" in self.silent:
            raise GatewayError("证照库暂时没有回音。", permanent=False)


class RecordingNotifier:
    """Keeps messages instead of sending them (Notifier); `refuses` are numbers it refuses for good."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.is_local = True
        self.is_down = False
        self.refuses: set[str] = set()

    def send(self, messages: Sequence[Message]) -> Sequence[Sending]:
        return [self._send(message) for message in messages]

    def _send(self, message: Message) -> Sending:
        if self.is_down:
            return Sending("later", "短信通道不通")
        if message.to in self.refuses:
            return Sending("refused", "号码有误")
        if message.key not in {one.key for one in self.messages}:
            self.messages.append(replace(message, values=dict(message.values)))
        return Sending("sent")

    def to(self, person: str) -> list[Message]:
        return [message for message in self.messages if message.to == person]


class FakePayments:
    """The payment channel (PaymentGateway); `pay` and `fail` are what the payer does on its page."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}  # by reference
        self.statuses: dict[str, str] = {}
        self.refunds: dict[str, tuple[str, Decimal]] = {}  # by key: reference and amount
        self.is_down = False
        self.refuses_refunds = False

    def pay(self, reference: str) -> None:
        """The payer pays; an order that has run out or was closed takes nothing."""
        assert self.statuses[reference] == "open", self.statuses[reference]
        self.statuses[reference] = "paid"

    def pay_late(self, reference: str) -> None:
        """Money that was under way when the order was closed arrives after all."""
        self.statuses[reference] = "paid"

    def fail(self, reference: str) -> None:
        """The payer's bank refuses."""
        self.statuses[reference] = "failed"

    def open(self, order: Order) -> PaymentPage:
        self._answer()
        known = next((ref for ref, one in self.orders.items() if one.key == order.key), None)
        reference = known or f"PAY-{len(self.orders) + 1:08d}"
        if known and replace(self.orders[known]) != order:
            raise GatewayError("同一个支付单内容不同", permanent=True, status=409)
        self.orders[reference] = order
        self.statuses.setdefault(reference, "open")
        return PaymentPage(f"https://pay.example/pay/{reference}", reference)

    def ask(self, reference: str) -> PaymentState:
        self._answer()
        if reference not in self.orders:
            raise GatewayError("没有这个支付单", permanent=True, status=404)
        order = self.orders[reference]
        return PaymentState(order.key, reference, self.statuses[reference], order.amount, order.currency)  # type: ignore[arg-type]

    def close(self, reference: str) -> PaymentState:
        if self.ask(reference).status == "open":
            self.statuses[reference] = "closed"
        return self.ask(reference)

    def refund(self, reference: str, amount: Decimal, key: str) -> None:
        self._answer()
        if key in self.refunds:
            return
        given = sum((sum_ for ref, sum_ in self.refunds.values() if ref == reference), Decimal(0))
        if self.refuses_refunds or self.ask(reference).status != "paid":
            raise GatewayError("渠道不退这笔款", permanent=True, status=422)
        if given + amount > self.orders[reference].amount:
            raise GatewayError("退款超过付款", permanent=True, status=422)
        self.refunds[key] = (reference, amount)

    def _answer(self) -> None:
        if self.is_down:
            raise GatewayError("支付渠道不通", permanent=False)
