"""Looking for entitled people, night by night (免申即享): a list from a register, each person compared and sorted.

国发〔2022〕5号; 个人信息保护法 第十三条第一款第三项 (a statutory duty). What could not be asked is asked in the next
round, and in the end somebody calls at the door: no answer is never taken for "not entitled".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms, queries
from bundles.forms.typed import stored_form
from bundles.queries import PublishedBundle
from bundles.rules import UNKNOWN, evaluate
from bundles.spec.proactive import EntitledClass, Proactive
from cases import ports
from cases.actions.engine import rounds
from cases.actions.proactive import entitled
from cases.actions.registers import facts, sharing
from cases.errors import CaseError
from cases.models import Candidate, Search
from cases.protection import blind_index
from cases.queries.context import RECORDS, face_of

log = structlog.get_logger(__name__)

NIGHT = time(2, 0)
BUDGET_S = 5.0
ROUNDS = 3  # one answer may open the next question
AGAIN = timedelta(minutes=10)
MAX_TRIES = 6
NEXT_BATCH = timedelta(days=1)
TRIES_OF_A_PERSON = 3
State = Candidate.State


@dataclass(frozen=True, slots=True)
class Found:
    """A person of the list."""

    name: str
    id_no: str
    phone: str = ""

    @property
    def identity(self) -> ports.Identity:
        known = {"name": self.name, "id_no": self.id_no, "phone": self.phone}
        return ports.Identity("person", self.name, self.id_no, "ID", known)


@dataclass(frozen=True, slots=True)
class Sorted:
    """The class a person falls into, None while what must be known cannot be asked; and what was read for it."""

    one: EntitledClass | None
    trace: tuple[Mapping[str, Any], ...]
    reason: str = ""


# ---- the round of the sweep ---------------------------------------------------------------------------------


def carry_on() -> int:
    """Begin tonight's searches, go on with those under way, look at whose time has come; how many steps were done."""
    if not settings.SEARCH_BY_ITSELF:
        return entitled.look_again(take_up_again)
    now = timezone.localtime()
    done = 0
    for published in queries.published_all():
        proactive = published.spec.proactive
        if published.bundle.enabled and proactive and proactive.population and now.time() >= NIGHT:
            code = published.bundle.code
            done += rounds.one("proactive.searching.begin", code, partial(_begin, code, now.date()))
    due = Search.objects.filter(finished_at=None, kind=Search.Kind.GRANT, next_at__lte=timezone.now())
    done += rounds.each("proactive.searching.carry_on", due.order_by("next_at"), _go_on, case="", limit=10)
    return done + entitled.look_again(take_up_again)


def _go_on(search_id: UUID) -> None:
    go_on(Search.objects.get(pk=search_id))


def _begin(bundle_code: str, day: date) -> int:
    search, is_new = Search.objects.get_or_create(
        bundle_code=bundle_code, kind=Search.Kind.GRANT, day=day, defaults={"next_at": timezone.now()}
    )
    return int(is_new and search.finished_at is None)


def find_entitled(bundle_code: str, *, day: date | None = None) -> Search:
    """A whole search at once. Running it again finds nobody twice. Raises CaseError where the bundle names no list."""
    proactive = queries.published(bundle_code).spec.proactive
    if proactive is None or proactive.population is None:
        raise CaseError(_("这件事没有设置主动比对的名单来源"))
    search, _is_new = Search.objects.get_or_create(
        bundle_code=bundle_code, kind=Search.Kind.GRANT, day=day or timezone.localdate(),
        defaults={"next_at": timezone.now()},
    )  # fmt: skip
    if search.finished_at is not None:
        Search.objects.filter(pk=search.pk).update(finished_at=None, cursor="", tries=0, next_at=timezone.now())
        search.finished_at, search.cursor, search.tries = None, "", 0
    search.last_error = ""
    while search.finished_at is None and not search.last_error:
        go_on(search)
    return search


def go_on(search: Search) -> None:
    """The next page of the list: asked for outside any transaction, each person on its own (一人失败不影响其他人)."""
    published = queries.published(search.bundle_code)
    proactive = published.spec.proactive
    assert proactive is not None and proactive.population is not None
    try:
        page = ports.register().list_people(
            proactive.population.api,
            _filter(published, proactive, search.day),
            cursor=search.cursor,
            purpose=f"{published.spec.zh}：主动比对",
            basis=basis_of(search),
        )
    except ports.GatewayError as error:
        _postpone(search, error)
        return
    for person in _people(page.records):
        _take_or_log(published, search, person)
    search.found += len(page.records)
    search.cursor, search.last_error, search.next_at = page.next_cursor, "", timezone.now()
    if not page.next_cursor:
        search.finished_at, search.next_at = timezone.now(), None
    search.save(update_fields=["cursor", "found", "last_error", "next_at", "finished_at"])


def basis_of(search: Search) -> str:
    """The duty that a search rests on, as registers are told instead of a consent."""
    return f"duty:{search.bundle_code}:{search.day:%Y%m%d}"


def _filter(published: PublishedBundle, proactive: Proactive, day: date) -> dict[str, Any]:
    """The filter of the list for a day: its expressions worked out."""
    assert proactive.population is not None
    scope = forms.scope(_context(published, {}, _noon(day), {}))
    values = {name: evaluate(text, scope) for name, text in proactive.population.filter.items()}
    return {name: stored_form(value) for name, value in values.items() if value is not UNKNOWN and value is not None}


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def _postpone(search: Search, error: ports.GatewayError) -> None:
    """The list cannot be had now: tried again tonight, and tomorrow's search looks for the same people anyway."""
    search.tries, search.last_error = search.tries + 1, type(error).__name__
    search.next_at = timezone.now() + AGAIN
    if search.tries >= MAX_TRIES:
        search.finished_at, search.next_at = timezone.now(), None
    search.save(update_fields=["tries", "last_error", "next_at", "finished_at"])
    log.warning("search.list_unavailable", bundle=search.bundle_code, tries=search.tries, permanent=error.permanent)


def _people(records: Iterable[Mapping[str, Any]]) -> Iterator[Found]:
    for record in records:
        name, id_no = str(record.get("name") or ""), str(record.get("id_no") or "")
        if name and id_no:
            yield Found(name, id_no, str(record.get("phone") or ""))


def _take_or_log(published: PublishedBundle, search: Search, person: Found) -> None:
    try:
        take(published, search, person)
    except Exception as error:
        log.exception("search.person_failed", bundle=search.bundle_code, error=type(error).__name__)


# ---- one person ---------------------------------------------------------------------------------------------


def take(published: PublishedBundle, search: Search, person: Found) -> Candidate | None:
    """Compare and sort one person and do what the class says; None where nothing new is to be done."""
    index, period = blind_index(person.id_no), f"{search.day:%Y-%m}"
    if not _is_new(search, index, period):
        return None
    sorted_ = sort(published, person, day=search.day, basis=basis_of(search))
    candidate, is_new = _keep(published, search, person, index, period, sorted_)
    if is_new:
        entitled.act(candidate, sorted_.one)
    return candidate


def _is_new(search: Search, index: str, period: str) -> bool:
    """Nobody twice in a period, nobody who has it or is about to, nobody who refused this year (次年起仍可恢复)."""
    known = Candidate.objects.filter(bundle_code=search.bundle_code, id_index=index)
    has_it = known.filter(state__in=[State.WAITING, State.ASKED, State.VISITING, State.GRANTED])
    refused = known.filter(state=State.REFUSED, selected_at__year=search.day.year)
    return not (has_it.exists() or refused.exists() or known.filter(period=period).exists())


def _keep(
    published: PublishedBundle, search: Search, person: Found, index: str, period: str, sorted_: Sorted
) -> tuple[Candidate, bool]:
    with transaction.atomic():
        return Candidate.objects.get_or_create(
            bundle_code=search.bundle_code,
            id_index=index,
            period=period,
            defaults={
                "bundle_version_id": published.version_id,
                "search": search,
                "name": person.name,
                "id_no": person.id_no,
                "phone": person.phone or None,
                "class_id": sorted_.one.id if sorted_.one else "",
                "trace": list(sorted_.trace),
                "reason": sorted_.reason or None,
                "selected_at": timezone.now(),
                "tries": 1,
                "next_at": timezone.now() + NEXT_BATCH,
            },
        )


def take_up_again(candidate: Candidate) -> None:
    """Somebody whose data could not be asked is in this batch again; the third time somebody calls at the door."""
    published = queries.version(candidate.bundle_version_id)
    person = Found(candidate.name, candidate.id_no, candidate.phone or "")
    basis = f"duty:{candidate.bundle_code}:{timezone.localdate():%Y%m%d}"
    last = candidate.tries + 1 >= TRIES_OF_A_PERSON
    sorted_ = sort(published, person, day=timezone.localdate(), basis=basis, is_last_try=last)
    candidate.tries += 1
    candidate.class_id = sorted_.one.id if sorted_.one else ""
    candidate.trace, candidate.reason = list(sorted_.trace), sorted_.reason or None
    candidate.next_at = timezone.now() + NEXT_BATCH
    candidate.save(update_fields=["tries", "class_id", "trace", "reason", "next_at"])
    entitled.act(candidate, sorted_.one)


def sort(published: PublishedBundle, person: Found, *, day: date, basis: str, is_last_try: bool = False) -> Sorted:
    """The first class whose condition is true; who fits none is visited, or waits while something cannot be asked."""
    proactive = published.spec.proactive
    assert proactive is not None
    known = Findings(published.spec.zh, basis)
    context = _context(published, person.identity, _noon(day), {}, known)
    for _round in range(ROUNDS):
        if not known.ask(_wanted(context, proactive)):
            break
        context = _context(published, person.identity, _noon(day), {}, known)
    scope = forms.scope(context)
    trace = []
    for one in proactive.classes:
        value = evaluate(one.when, scope) if one.when else UNKNOWN
        trace.append({"class": one.id, "value": None if value is UNKNOWN else bool(value)})
        if value is True:
            return Sorted(one, (*trace, *known.read()), _because(one, scope))
    if known.is_any_unavailable and not is_last_try:
        return Sorted(None, (*trace, *known.read()))
    visit = next((one for one in proactive.classes if one.act == "visit"), None)
    return Sorted(visit, (*trace, *known.read()))


def _because(one: EntitledClass, scope: Any) -> str:
    said = [because.zh for because in one.because if evaluate(because.when, scope) is True]
    return "；".join(said) or (str(one.cond or one.zh) if one.act == "record" else "")


def _context(
    published: PublishedBundle, identity: Any, now: datetime, answers: Mapping[str, Any], known: Any = forms.NO_FACTS
) -> forms.Context:
    account = {"kind": "person", **(identity.attributes if identity else {})}
    return forms.Context(
        spec=published.spec, registry=queries.registry(), answers=answers, now=timezone.localtime(now),
        channel="proactive", account=account, facts=known,
    )  # fmt: skip


def _wanted(context: forms.Context, proactive: Proactive) -> list[forms.Lookup]:
    """The registers that the conditions read, straight or through the fields they name."""
    texts = [one.when for one in proactive.classes if one.when]
    texts += [because.when for one in proactive.classes for because in one.because]
    paths = dict.fromkeys(path for text in texts for path in facts.paths_in(text))
    found = [forms.lookup_for(context, path) for path in paths]
    found += list(forms.lookups_wanted(context, forms.select(context)))
    return [lookup for lookup in found if lookup is not None and lookup.kind == "api"]


@dataclass(slots=True)
class Findings:
    """What registers said about one person (Facts): empty is None, unavailable or not asked is UNKNOWN."""

    title: str
    basis: str
    found: dict[tuple[str, tuple[tuple[str, str], ...]], ports.Finding] = field(default_factory=dict)

    def get(self, lookup: forms.Lookup, name: str) -> object:
        finding = self.found.get((lookup.code, lookup.inputs))
        if finding is None or finding.outcome == "unavailable":
            return UNKNOWN
        faces = [face_of(record) for record in finding.records]
        if name == RECORDS:
            return tuple(faces)
        return faces[0].get(name) if faces else None

    def ask(self, wanted: Iterable[forms.Lookup]) -> int:
        """Ask what was not asked yet, all at once; returns how many answers came in."""
        new = {(w.code, w.inputs): w for w in wanted if (w.code, w.inputs) not in self.found}
        if not new:
            return 0
        asked = [
            ports.Query("api", w.code, w.inputs, f"{self.title}：主动比对", consent_id=self.basis) for w in new.values()
        ]
        for finding in sharing.look_up([_about(query) for query in asked], reader=sharing.Reader(), budget_s=BUDGET_S):
            self.found[finding.query.code, finding.query.inputs] = finding
        return len(new)

    @property
    def is_any_unavailable(self) -> bool:
        return any(finding.outcome == "unavailable" for finding in self.found.values())

    def read(self) -> tuple[dict[str, Any], ...]:
        """What was compared, to be kept with the decision (比对快照须可追溯)."""
        return tuple(_snapshot(finding) for finding in self.found.values())


def _about(query: ports.Query) -> sharing.Question:
    """The question with whom it is about, as far as its inputs tell."""
    number = dict(query.inputs).get("id_no", "")
    return sharing.Question(query, blind_index(number) if number else "")


def _snapshot(finding: ports.Finding) -> dict[str, Any]:
    record = face_of(finding.records[0]) if finding.records else {}
    return {
        "interface": finding.query.code,
        "outcome": finding.outcome,
        "as_of": finding.as_of.isoformat() if finding.as_of else None,
        "record": {name: stored_form(value) for name, value in record.items()},
    }
