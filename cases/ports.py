"""What the engine asks of the outside. Adapters in `integrations` implement these; tests have in-memory doubles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from queue import SimpleQueue
from typing import Any, Literal, NamedTuple, Protocol, cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


class GatewayError(Exception):
    """A call to the outside failed. `permanent`: repeating it unchanged cannot help."""

    def __init__(self, message: str, *, permanent: bool, status: int | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.status = status


# ---- departments --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parcel:
    """One promise to a department: the bytes are rendered once and never change between tries."""

    delivery_id: UUID
    department: str
    purpose: Literal["file", "supplement", "withdraw", "change"]
    key: str
    target_key: str  # key of the filing this one is about; equal to `key` for a filing
    body: bytes
    sub_application_id: UUID
    ask_first: bool  # an earlier try may have arrived: ask by key before sending again


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    about: str
    text: str
    article: str = ""  # the article of law that a refusal rests on


@dataclass(frozen=True, slots=True)
class StatedFee:
    """A fee as a department states it with an answer; `amount` None where it only names it."""

    amount: Decimal | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a department says about a sub-application, by answer, query or callback (contract v1)."""

    sub_application_id: UUID
    # received accepted special_procedure special_procedure_ended supplement approved rejected not_accepted withdrawn
    status: str
    receipt_no: str = ""
    due: date | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    procedure: str = ""
    expected_days: int | None = None
    in_clock: bool | None = None  # not said: as the item declares it
    why_again: str = ""  # of a second request for a supplement: why it was not made at once
    remedy: str = ""  # of a refusal: what can be done against it, where it is not the general remedy
    apply_to: str = ""  # of a refusal to accept: the authority to apply to instead
    occurred_at: datetime | None = None
    seq: int | None = None
    result_id: str = ""  # which of the item's results is corrected or taken back; "" for all of them
    fee: StatedFee | None = None


# What a try showed of the line: somebody is there, nobody is, or nobody was for this one; "" nothing.
Contact = Literal["", "alive", "broken", "unsure"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended: done (with the answer), refused for good, or unknown (ask, then send again)."""

    delivery_id: UUID
    kind: Literal["done", "refused", "unknown"]
    answer: Answer | None = None
    detail: str = ""  # for operators; no personal data
    retry_after_s: float | None = None
    contact: Contact = ""


# The detail of a refusal, to a question or a withdrawal, that says: nothing of this key ever arrived. No other does.
NEVER_SEEN = "never seen"


class DepartmentGateway(Protocol):
    """Carries parcels to departments, many at once."""

    def deliver(self, parcels: Sequence[Parcel]) -> Sequence[Outcome]:
        """Try every parcel once, concurrently; one outcome each, in any order. Never raises for a single parcel."""

    def deliver_each(self, parcels: Sequence[Parcel]) -> Iterator[Outcome]:
        """As `deliver`, each outcome as soon as it is known: a slow department delays nobody else's record."""

    def deliver_into(self, parcels: Sequence[Parcel], outcomes: SimpleQueue[Outcome]) -> None:
        """Begin to try every parcel once and go on at once; each outcome is put into `outcomes` when it is known."""

    def ask(self, parcels: Sequence[Parcel]) -> Sequence[Outcome]:
        """Ask for the state of what was sent: done with an answer, refused when the department never saw it.

        Only then is the detail `NEVER_SEEN`.
        """


# ---- data sharing -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Query:
    """A question to a register or the licence library, with the purpose it serves (国令809号)."""

    kind: Literal["api", "licence"]
    code: str
    inputs: tuple[tuple[str, str], ...]
    purpose: str
    case_no: str = ""
    sub_application_id: UUID | None = None
    consent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What came back: found (records), empty (no record) or unavailable (nobody answered): three different things."""

    query: Query
    outcome: Literal["found", "empty", "unavailable"]
    records: tuple[Mapping[str, Any], ...] = ()
    as_of: datetime | None = None
    detail: str = ""
    # why it is unavailable: slow down off quota circuit refused failed garbled; "" otherwise
    reason: str = ""
    elapsed_ms: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list of people: each with `name`, `id_no` and, where the register has one, `phone`."""

    records: tuple[Mapping[str, Any], ...]
    next_cursor: str = ""  # "" after the last page
    as_of: datetime | None = None


class Register(Protocol):
    def look_up(self, queries: Sequence[Query], *, budget_s: float) -> Sequence[Finding]:
        """Ask all at once within a budget; what does not answer in time is unavailable."""

    def begin(self, queries: Sequence[Query], *, budget_s: float) -> Callable[[], Sequence[Finding]]:
        """Start asking and go on; what is given back waits for the findings, in the order of the queries."""

    def list_people(self, code: str, criteria: Mapping[str, Any], *, cursor: str, purpose: str, basis: str) -> Listing:
        """A page of the people who meet the criteria, for a duty that the law names (`basis`). Raises GatewayError."""


@dataclass(frozen=True, slots=True)
class IssuedLicence:
    licence_id: str
    number: str
    file_url: str = ""


@dataclass(frozen=True, slots=True)
class LicenceToKeep:
    """A result that the library is to keep as a licence. The same `reference` again is the same licence."""

    code: str
    holder: Mapping[str, str]  # id_no or uscc
    data: Mapping[str, Any]
    reference: str
    case_no: str


class LicenceLibrary(Protocol):
    def search(self, queries: Sequence[Query], *, budget_s: float) -> Sequence[Finding]:
        """Valid licences of a holder; records carry `licence_id`, `data`, `valid_to`, `status`, `file_url`."""

    def begin(self, queries: Sequence[Query], *, budget_s: float) -> Callable[[], Sequence[Finding]]:
        """Start searching and go on; what is given back waits for the findings, in the order of the queries."""

    def fetch(self, department: str, file_url: str) -> tuple[bytes, str]:
        """The file of a licence and its media type. Raises GatewayError."""

    def issue(self, licence: LicenceToKeep) -> IssuedLicence:
        """Keep a result as a licence (数据回流); the same reference again is the same one. Raises GatewayError."""

    def revoke(self, code: str, licence_id: str, reason: str) -> None:
        """Say that a licence is no longer valid; again it changes nothing. Raises GatewayError."""

    def supersede(self, code: str, licence_id: str, by: str) -> None:
        """Say that a newer licence (its id) took the place of this one. Raises GatewayError."""


# ---- people -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, as sign-in established it; `attributes` are those of `account:` sources."""

    kind: Literal["person", "org"]
    name: str
    id_no: str
    id_kind: str = "ID"
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account (`pk`), the machine, or a department. Names never enter the event log."""

    kind: Literal["applicant", "party", "clerk", "staff", "department", "supervisor", "operator", "system"]
    id: str = ""
    department: str = ""
    through: str = ""  # the account of who acts for `id` on a mandate (委托代理)


SYSTEM = Actor("system")


@dataclass(frozen=True, slots=True)
class Message:
    """A message to a person: template, plain values, and its words. The same `key` again is the same message."""

    to: str
    template: str
    values: Mapping[str, str]
    key: str = ""
    title: str = ""
    body: str = ""


class Sending(NamedTuple):
    """How one try ended: taken, kept (no phone behind this channel), refused for good, to be tried later."""

    kind: Literal["sent", "kept", "refused", "later"]
    detail: str = ""  # for operators; no personal data
    retry_after_s: float | None = None


class Notifier(Protocol):
    """A channel to phones. A local one has each message at once, in its transaction; any other gets it afterwards."""

    is_local: bool

    def send(self, messages: Sequence[Message]) -> Sequence[Sending]:
        """Try each message once; one outcome each, in their order. Never raises for a single message."""


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail to somebody who works here. The same `key` again is the same mail: its Message-ID follows from it."""

    to: str
    subject: str
    body: str
    key: str


class Mailer(Protocol):
    def send(self, mail: Mail) -> None:
        """Hand one mail to the mail system. Raises GatewayError: permanent for an address it refuses."""


# ---- payments -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line of an order, as the payer sees it at the channel. It names an item, never a person."""

    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Order:
    """One payment to be made: the same key is the same order, however often it is opened."""

    key: str
    title: str
    amount: Decimal
    lines: tuple[BilledLine, ...]
    return_url: str
    callback_url: str
    expires_at: datetime
    currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """Where the payer pays, and what the channel calls the order."""

    url: str
    reference: str


@dataclass(frozen=True, slots=True)
class PaymentState:
    """Where an order stands at the channel; `failed` and `closed` take no money any more."""

    key: str
    reference: str
    status: Literal["open", "paid", "failed", "closed"]
    amount: Decimal
    currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class PaymentNotice:
    """A verified message of the channel: what it says, and the bytes as evidence."""

    event_id: str
    body: bytes
    state: PaymentState


class PaymentGateway(Protocol):
    """The payment channel. Every call may be repeated; each raises GatewayError."""

    def open(self, order: Order) -> PaymentPage:
        """Make an order, or find the one of this key; nothing is paid by that."""

    def ask(self, reference: str) -> PaymentState:
        """Where an order stands."""

    def close(self, reference: str) -> PaymentState:
        """Let an order take no money any more; one that is paid already stays paid, and says so."""

    def refund(self, reference: str, amount: Decimal, key: str) -> None:
        """Give back so much of a paid order, once per key. Permanent error: the channel will not."""


@cache
def _made(dotted: str) -> object:
    return import_string(dotted)()


def department_gateway() -> DepartmentGateway:
    return cast(DepartmentGateway, _made(settings.DEPARTMENT_GATEWAY))


def register() -> Register:
    return cast(Register, _made(settings.REGISTER))


def licence_library() -> LicenceLibrary:
    return cast(LicenceLibrary, _made(settings.LICENCE_LIBRARY))


def account_for(identity: Identity) -> Any:
    """The account of somebody known by number; one that waits for its person where nobody has signed in yet."""
    return import_string(settings.ACCOUNT_FOR)(identity)


def notifier() -> Notifier:
    return cast(Notifier, _made(settings.NOTIFIER))


def mailer() -> Mailer:
    return cast(Mailer, _made(settings.MAILER))


def payment_gateway() -> PaymentGateway:
    return cast(PaymentGateway, _made(settings.PAYMENT_GATEWAY))


@dataclass(frozen=True, slots=True)
class Callback:
    """A verified message of a department, as the inbox stores it: the raw bytes are the evidence."""

    department: str
    event_id: str
    key: str  # idempotency key of the filing, as the department quotes it
    body: bytes
    headers: Mapping[str, str]
    answer: Answer


def forget_adapters() -> None:
    """Make adapters anew at their next use, after settings have changed."""
    _made.cache_clear()
