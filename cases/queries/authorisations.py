"""What people are asked to authorise and what they have authorised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Count, Max, QuerySet, When
from django.utils.translation import gettext as _

from bundles import forms, queries
from bundles.spec import BundleSpec, Item
from bundles.spec.registry import Registry
from cases.models import Consent, DataCall, Party
from cases.queries.context import context_of
from cases.queries.people import Person, indexes_of
from cases.queries.wording import full_name, named, purpose_words
from cases.queries.worklist import masked_name

MOST, MOST_ASKING = 20_000, 50


@dataclass(frozen=True, slots=True)
class About:
    """An answer of the form that is about the party itself."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Authorisation:
    """A request as its party sees it: who applies for what, what is about the party, what may be looked up.

    Nothing of other parties beyond the applicant's masked name; the items, because they say what it is for.
    """

    id: UUID
    case_id: UUID
    party_id: str
    label: str
    applicant: str
    bundle_name: str
    purpose: str
    items: tuple[str, ...]
    sources: tuple[str, ...]
    apart: tuple[str, ...]  # those of the sources that are sensitive, agreed to apart (个人信息保护法 第二十九条)
    receivers: tuple[str, ...]  # who receives what of it, for what (第二十三条)
    about: tuple[About, ...]
    signs: bool
    state: str
    state_label: str
    asked_at: datetime | None
    answered_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """A consent the person gave, in own or other people's cases; it can be taken back while it is not revoked."""

    id: UUID
    case_id: UUID
    case_number: str
    bundle_name: str
    purpose: str
    sources: tuple[str, ...]
    given_at: datetime
    revoked_at: datetime | None
    until: datetime | None
    means: str
    basis: str  # what shows the guardian, in words; empty for consents about oneself (个人信息保护法 第三十一条)
    text: str
    text_version: str
    times_used: int
    last_used_at: datetime | None


def parties_seen_by(account: Person, *, offset: int = 0, limit: int = MOST) -> tuple[Authorisation, ...]:
    """Requests in other people's cases that are about this person, the unanswered ones first."""
    waits = Case(When(state=Party.State.ASKED, then=0), default=1)
    rows = _about_me(account).annotate(waits=waits).order_by("waits", "-asked_at", "pk")
    return tuple(authorisation(row) for row in rows[offset : offset + limit])


def parties_asking(account: Person) -> tuple[Authorisation, ...]:
    """The requests that wait for an answer, newest first."""
    rows = _about_me(account).filter(state=Party.State.ASKED)[:MOST_ASKING]
    return tuple(authorisation(row) for row in rows)


def parties_answered(account: Person, *, offset: int, limit: int) -> tuple[Authorisation, ...]:
    """So many of the requests that were answered, from a place on."""
    rows = _about_me(account).filter(state__in=[Party.State.AGREED, Party.State.DECLINED])[offset : offset + limit]
    return tuple(authorisation(row) for row in rows)


def _about_me(account: Person) -> QuerySet[Party]:
    mine = Party.objects.filter(id_index__in=indexes_of(account)).exclude(state=Party.State.NOT_ASKED)
    mine = mine.exclude(case__applicant_id=account.pk)
    return mine.select_related("case", "case__applicant").order_by("-asked_at", "pk")


def authorisation(party: Party) -> Authorisation:
    """One request, in the language of the page.

    The caller has checked that it may be seen: by the person, or by the secret of its link.
    """
    case = party.case
    context = context_of(case)
    spec, registry = context.spec, context.registry
    selection = forms.select(context)
    known = next((p for p in spec.parties if p.id == party.party_id), None)
    titles = [spec.item(item_id) for item_id in selection.items]
    asked = _asked_about(spec, party.party_id)
    return Authorisation(
        id=party.pk,
        case_id=case.pk,
        party_id=party.party_id,
        label=named(known) if known else party.party_id,
        applicant=masked_name(case.applicant_name),
        bundle_name=named(spec),
        purpose=spec.zh,
        items=tuple(named(item) for item in titles),
        sources=_labels(registry, asked, is_sensitive=False),
        apart=_labels(registry, asked, is_sensitive=True),
        receivers=_receivers(registry, titles),
        about=_about(replace(context, shown=selection.fields), party),
        signs=bool(known and known.signs),
        state=party.state,
        state_label=str(Party.State(party.state).label),
        asked_at=party.asked_at,
        answered_at=party.answered_at,
        expires_at=party.link_expires_at,
    )


def _about(context: forms.Context, party: Party) -> tuple[About, ...]:
    """The answers that are this party's own name, numbers and phone, wherever the form asks for them."""
    own = {party.name, party.id_no, party.phone} - {None, ""}
    found = {
        About(named(context.spec.field(field_id)), str(value))
        for field_id, value in _answers_near(context, party.row_index)
        if isinstance(value, str) and value in own
    }
    return tuple(sorted(found, key=lambda about: about.label))


def _answers_near(context: forms.Context, row_index: int | None) -> Iterator[tuple[str, object]]:
    """Answers asked once that show, and those of the party's own row."""
    for name, value in (context.answers.get("fields") or {}).items():
        if name not in context.spec.groups:
            if name in (context.shown or ()):
                yield name, value
        elif row_index is not None and isinstance(value, list) and row_index < len(value):
            yield from value[row_index].items()


def _asked_about(spec: BundleSpec, party_id: str) -> list[str]:
    """The codes of licences and registers that the bundle reads about a party."""
    paths = [path for _, _, field in spec.walk_fields() for path in field.prefills if f"@{party_id}." in path]
    codes = [path.partition(":")[2].partition("@")[0] for path in paths]
    for rule in (rule for item in spec.items for rule in item.decision.rules):
        codes += [code for code in _codes_in(rule.expr, party_id)]
    return codes + [code for material in spec.materials if party_id in material.of for code in material.exempt_by]


def _labels(registry: Registry, codes: Sequence[str], *, is_sensitive: bool) -> tuple[str, ...]:
    """Their names, each once: of what is sensitive, or of the rest."""
    known = (registry.licences.get(code) or registry.interfaces.get(code) for code in codes)
    return tuple(dict.fromkeys(named(one) for one in known if one is not None and bool(one.sensitive) == is_sensitive))


def _receivers(registry: Registry, items: Sequence[Item]) -> tuple[str, ...]:
    """Each department with the items it handles: "公安局（出生登记）"."""
    by_department: dict[str, list[str]] = {}
    for item in items:
        by_department.setdefault(item.dept, []).append(named(item))
    names = {code: full_name(known) for code, known in registry.departments.items()}
    return tuple(f"{names.get(code, code)}（{'、'.join(titles)}）" for code, titles in by_department.items())


def _codes_in(text: str, party_id: str) -> Sequence[str]:
    head, found = text, []
    while f"@{party_id}." in head:
        before, _, head = head.partition(f"@{party_id}.")
        found.append(before.rpartition(":")[2])
    return found


def _label(registry: Registry, code: str) -> str:
    known = registry.licences.get(code) or registry.interfaces.get(code)
    return named(known) if known else ""


def consents_given(account: Person) -> tuple[GivenConsent, ...]:
    """Everything this person has authorised, newest first."""
    return _all_given(_given_by(account))


def consents_standing(account: Person, *, offset: int, limit: int) -> tuple[GivenConsent, ...]:
    """So many of those that are not taken back, from a place on."""
    return _all_given(_given_by(account).filter(revoked_at=None)[offset : offset + limit])


def has_given(account: Person, consent_id: UUID) -> bool:
    """Whether a consent is this person's own."""
    return _given_by(account).filter(pk=consent_id).exists()


def _given_by(account: Person) -> QuerySet[Consent]:
    given = Consent.objects.filter(given_by_id=account.pk).exclude(means=Consent.Means.DUTY)
    return given.select_related("case").defer("case__answers").order_by("-given_at", "pk")


def _all_given(given: QuerySet[Consent]) -> tuple[GivenConsent, ...]:
    registry, rows = queries.registry(), list(given)
    calls = DataCall.objects.filter(consent_id__in=[str(row.pk) for row in rows]).order_by().values_list("consent_id")
    used = {one: (count, last) for one, count, last in calls.annotate(count=Count("pk"), last=Max("at"))}
    return tuple(_given(row, registry, used.get(str(row.pk), (0, None))) for row in rows)


def _given(row: Consent, registry: Registry, used: tuple[int, datetime | None]) -> GivenConsent:
    spec = queries.version(row.case.bundle_version_id).spec
    labels = [_label(registry, str(covered).partition(":")[2]) for covered in row.covers]
    return GivenConsent(
        id=row.pk,
        case_id=row.case_id,
        case_number=row.case.number or "",
        bundle_name=named(spec),
        purpose=purpose_words(row.purpose, spec),
        sources=tuple(dict.fromkeys(label for label in labels if label)),
        given_at=row.given_at,
        revoked_at=row.revoked_at,
        until=row.until,
        means=str(Consent.Means(row.means).label),
        basis=_basis(row, registry),
        text=row.text,
        text_version=row.text_version,
        times_used=used[0],
        last_used_at=used[1],
    )


def _basis(row: Consent, registry: Registry) -> str:
    if row.means != Consent.Means.GUARDIAN:
        return ""
    return _label(registry, row.basis.partition(":")[2]) or _("本人声明是监护人")
