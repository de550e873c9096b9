"""Who may be asked about: consents of a case, by the person whose data it is, or a guardian for a child.

One consent is for one purpose, the registers and licences it names, one case and a time. What is sensitive is agreed
to apart. Sources: 个人信息保护法 第十三、十四、十五、二十三、二十九、三十一条.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from bundles import forms, queries
from bundles.spec import BundleSpec, Party, dump
from cases.actions.registers import consent_texts, guardians
from cases.models import Case, Consent
from cases.models import Party as CaseParty
from cases.protection import blind_index
from cases.queries import licence_grants
from cases.queries.context import context_of

OWN = "own"
AUTHORISE = "authorise"
# Somebody else's data is used only after that person has said so; the others are represented or merely informed.
ASKED_KINDS = frozenset({"login", "authorise"})
COVERS_MAX = 500
LASTS = timedelta(days=365)
Means = Consent.Means
_SOURCE = re.compile(r"\b(api|licence):([A-Z0-9_]+)@(\w+)")


@dataclass(frozen=True, slots=True)
class Permit:
    """A question that may be asked: the consent it rests on (None where the law needs none), whom it is about."""

    consent_id: str | None
    subject_index: str = ""


def counts(rows: QuerySet[Consent]) -> QuerySet[Consent]:
    """Those that count now: neither withdrawn nor run out. 个人信息保护法 第十五、十九条."""
    return rows.filter(revoked_at=None).filter(Q(until=None) | Q(until__gt=timezone.now()))


class Consents:
    """The consents of a case that count, read once."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._context = context_of(case)
        given = list(counts(Consent.objects.filter(case=case)))
        self._by_subject = {consent.subject_index: consent for consent in given}
        needing = CaseParty.objects.filter(case=case, consent_kind__in=ASKED_KINDS).exclude(id_index="")
        self._asked_subjects = set(needing.values_list("id_index", flat=True))
        self._own_indexes = own_indexes(case)
        self._own = next((self._by_subject[i] for i in self._own_indexes if i in self._by_subject), None)
        self._guardians = guardians.Guardians(case, self._context)
        self._grants: Mapping[tuple[str, str], str] | None = None

    def permit(self, lookup: forms.Lookup) -> Permit | None:
        """The permission to ask, None where somebody has still to give it, took it back or did not give it apart."""
        subject = index_of(forms.identity_of(self._context, lookup.party, lookup.row))
        return self._by_consent(lookup, subject) or self._by_grant(lookup, subject)

    def _by_grant(self, lookup: forms.Lookup, subject: str) -> Permit | None:
        """By what the holder of a licence has let this case use (授权用证), without being asked by the case."""
        if lookup.kind != "licence" or not subject or subject in self._own_indexes:
            return None
        if self._grants is None:
            self._grants = licence_grants.standing(self._case)
        grant = self._grants.get((lookup.code, subject))
        return Permit(grant, subject) if grant else None

    def _by_consent(self, lookup: forms.Lookup, subject: str) -> Permit | None:
        if subject not in self._own_indexes and self._needs_consent(lookup.party, subject):
            return _permitted_by(self._by_subject.get(subject), lookup, subject)
        if subject not in self._own_indexes and self._guardians.is_represented(lookup):
            return self._for_child(lookup, subject)
        if self._own is not None and not _agreed_apart(self._own, lookup):
            return None
        return Permit(str(self._own.pk), subject) if self._own else None

    def _for_child(self, lookup: forms.Lookup, subject: str) -> Permit | None:
        """By the guardian's consent for this child; where none is kept yet, by the applicant's, who stands for it."""
        if self._guardians.is_contradicted(lookup):
            return None
        own = self._guardians.consent_for(subject)
        if own is None and self._guardians.was_withdrawn(subject):
            return None
        given = own or self._own
        return Permit(str(given.pk), subject) if given is not None and _agreed_apart(given, lookup) else None

    def _needs_consent(self, party_id: str, subject: str) -> bool:
        if subject and subject in self._asked_subjects:
            return True
        party = next((p for p in self._context.spec.parties if p.id == party_id), None)
        return party is not None and needs_consent(party) and not is_applicant(self._context, party)


def _permitted_by(given: Consent | None, lookup: forms.Lookup, subject: str) -> Permit | None:
    if given is None or f"{lookup.kind}:{lookup.code}" not in given.covers or not _agreed_apart(given, lookup):
        return None
    return Permit(str(given.pk), subject)


def _agreed_apart(given: Consent, lookup: forms.Lookup) -> bool:
    """Whether nothing sensitive is asked, or the person has agreed to just that. 个人信息保护法 第二十九条."""
    source = f"{lookup.kind}:{lookup.code}"
    return not sensitivity_of(source) or given.means == Means.DUTY or source in given.sensitive


def sensitivity_of(source: str) -> str:
    """The kind of sensitive information behind "api:CODE" or "licence:CODE", empty for none. 第二十八条."""
    kind, _, code = source.partition(":")
    registry = queries.registry()
    found = registry.licences.get(code) if kind == "licence" else registry.interfaces.get(code)
    return found.sensitive if found else ""


def needs_consent(party: Party) -> bool:
    """Whether this party must say yes before its data is used or the case is filed."""
    return party.consent in ASKED_KINDS


def is_applicant(context: forms.Context, party: Party) -> bool:
    """The party that signed in, and the operator who acts for it."""
    identity = forms.identity_of(context, party.id)
    mine = {context.account.get(key) or None for key in ("id_no", "uscc", "operator_id", "passport_no")} - {None}
    return bool({identity.id_no, identity.uscc, identity.passport_no} & mine)


def index_of(identity: forms.PartyIdentity) -> str:
    """The blind index of a person or company, empty where no number is known."""
    number = identity.id_no or identity.uscc or identity.passport_no
    return blind_index(number) if number else ""


def own_indexes(case: Case) -> frozenset[str]:
    """The applicant, and the person who signed in for it."""
    attributes = case.applicant.identity.attributes
    numbers = [attributes.get(key) for key in ("id_no", "operator_id", "uscc", "passport_no")]
    return frozenset({case.applicant_index, *(blind_index(number) for number in numbers if number)})


def covers_of(spec: BundleSpec, parties: Collection[str]) -> list[str]:
    """The registers and licences that a bundle may ask about these parties, as "api:CODE" and "licence:CODE"."""
    found = {f"{kind}:{code}" for kind, code, party in _sources_in(dump(spec)) if party in parties}
    for material in spec.materials:
        if set(material.of) & set(parties):
            found |= {f"{kind}:{code}" for code in material.exempt_by for kind in ("api", "licence")}
    return sorted(found)[:COVERS_MAX]


def give_again(earlier: Consent, *, sensitive: Collection[str]) -> Consent:
    """The same consent with more agreed to apart: a new row with its own text, the earlier one ends."""
    return give(
        earlier.case,
        subject=earlier.subject_index,
        given_by=earlier.given_by,
        kind=earlier.kind,
        covers=list(earlier.covers),
        at=timezone.now(),
        party=earlier.party,
        means=earlier.means,
        sensitive=sensitive,
        basis=earlier.basis,
    )


def sensitive_in(spec: BundleSpec) -> list[str]:
    """Everything sensitive that a bundle may look up about anybody, to be agreed to apart. 第二十八、二十九条."""
    parties = [*(party.id for party in spec.parties), "row"]
    return [source for source in covers_of(spec, parties) if sensitivity_of(source)]


def note_guardians(case: Case) -> None:
    """Write down that the applicant agrees for the children of a locked case, and what shows the guardian (第三十一条).

    Not for a child of whom a register names other guardians, and not where the applicant's own consent does not count.
    """
    spec = context_of(case).spec
    if not any(party.consent == guardians.GUARDIAN for party in spec.parties):
        return
    own = counts(Consent.objects.filter(case=case, kind=OWN)).first()
    for child in guardians.children_without_consent(case) if own else ():
        basis = guardians.basis_of(case, child.party_id)
        if own is not None and basis != guardians.CONTRADICTED:
            covers = covers_of(spec, [child.party_id, "row"])
            give(
                case,
                subject=child.id_index,
                given_by=case.applicant,
                kind=guardians.GUARDIAN,
                covers=covers,
                at=timezone.now(),
                means=Means.GUARDIAN,
                sensitive=own.sensitive,
                basis=basis,
            )
    guardians.note_what_shows(case)


def _sources_in(value: Any) -> set[tuple[str, str, str]]:
    if isinstance(value, str):
        return {(m[1], m[2], m[3]) for m in _SOURCE.finditer(value)}
    if isinstance(value, Mapping):
        return set().union(*map(_sources_in, value.values()))
    return set().union(*map(_sources_in, value)) if isinstance(value, list | tuple) else set()


def give(
    case: Case,
    *,
    subject: str,
    given_by: Any,
    kind: str,
    covers: list[str],
    at: datetime,
    party: CaseParty | None = None,
    means: str = Means.SIGN_IN,
    sensitive: Collection[str] | None = None,
    basis: str = "",
) -> Consent:
    """Record an authorisation with what the person read; an earlier one of the same subject and kind is replaced.

    `sensitive`: what was agreed to apart (第二十九条); everything sensitive of `covers` where nothing is said.
    """
    Consent.objects.filter(case=case, subject_index=subject, kind=kind, revoked_at=None).update(revoked_at=at)
    spec = context_of(case).spec
    until = None if spec.recurring else at + LASTS
    apart = sorted(sensitive) if sensitive is not None else [source for source in covers if sensitivity_of(source)]
    return Consent.objects.create(
        case=case,
        subject_index=subject,
        party=party,
        given_by_id=given_by.pk,
        kind=kind,
        purpose=purpose_of(case),
        covers=covers,
        sensitive=apart,
        means=means,
        basis=basis,
        text=consent_texts.text_of(spec, covers=covers, sensitive=apart, until=until),
        text_version=consent_texts.VERSION,
        given_at=at,
        until=until,
    )


def purpose_of(case: Case) -> str:
    """What the data is used for, as registers are told and people are asked."""
    return f"办理“{context_of(case).spec.zh}”"[:200]
