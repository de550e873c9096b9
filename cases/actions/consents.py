"""Who may be asked about: consents of a case, by the person whose data it is. 个人信息保护法 第十三、十四、三十一条."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bundles import forms
from bundles.spec import BundleSpec, Party, dump
from cases.models import Case, Consent
from cases.models import Party as CaseParty
from cases.protection import blind_index
from cases.queries.context import context_of

OWN = "own"
AUTHORISE = "authorise"
# Somebody else's data is used only after that person has said so; the others are represented or merely informed.
ASKED_KINDS = frozenset({"login", "authorise"})
COVERS_MAX = 500
_SOURCE = re.compile(r"\b(api|licence):([A-Z0-9_]+)@(\w+)")


@dataclass(frozen=True, slots=True)
class Permit:
    """A question that may be asked, with the consent it rests on (None where the law needs none)."""

    consent_id: str | None


class Consents:
    """The valid consents of a case, read once."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._context = context_of(case)
        valid = Consent.objects.filter(case=case, revoked_at=None)
        self._by_subject = {consent.subject_index: consent for consent in valid}
        needing = CaseParty.objects.filter(case=case, consent_kind__in=ASKED_KINDS).exclude(id_index="")
        self._asked_subjects = set(needing.values_list("id_index", flat=True))
        self._own = own_indexes(case)

    def permit(self, lookup: forms.Lookup) -> Permit | None:
        """The permission to ask, None where somebody has still to give it."""
        subject = index_of(forms.identity_of(self._context, lookup.party, lookup.row))
        own = next((self._by_subject[i] for i in self._own if i in self._by_subject), None)
        if subject in self._own or not self._needs_consent(lookup.party, subject):
            return Permit(str(own.pk)) if own else None
        given = self._by_subject.get(subject)
        covered = given is not None and f"{lookup.kind}:{lookup.code}" in given.covers
        return Permit(str(given.pk)) if given is not None and covered else None

    def _needs_consent(self, party_id: str, subject: str) -> bool:
        if subject and subject in self._asked_subjects:
            return True
        party = next((p for p in self._context.spec.parties if p.id == party_id), None)
        return party is not None and needs_consent(party) and not is_applicant(self._context, party)


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
) -> Consent:
    """Record an authorisation; an earlier one of the same subject and kind is replaced."""
    Consent.objects.filter(case=case, subject_index=subject, kind=kind, revoked_at=None).update(revoked_at=at)
    return Consent.objects.create(
        case=case,
        subject_index=subject,
        party=party,
        given_by_id=given_by.pk,
        kind=kind,
        purpose=purpose_of(case),
        covers=covers,
        given_at=at,
    )


def purpose_of(case: Case) -> str:
    """What the data is used for, as registers are told and people are asked."""
    return f"办理“{context_of(case).spec.zh}”"[:200]
