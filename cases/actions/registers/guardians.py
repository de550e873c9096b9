"""A guardian agrees for a child, and a register shows that it is the guardian. 个人信息保护法 第三十一条.

Records that name parents or a guardian by number (`mother_id`, `father_id`, `guardian_id`), and those that say how
two people are related, show it. A register that names other people contradicts it: nothing is asked about the child
then. Where no register knows, the guardian's own statement counts, and is kept as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from bundles import forms
from cases.models import Case, Consent, Lookup
from cases.models import Party as CaseParty
from cases.protection import blind_index
from cases.queries.context import face_of

GUARDIAN = "guardian"
NAMED = ("mother_id", "father_id", "guardian_id")
PARENTS = frozenset({"父", "母", "父亲", "母亲", "监护人"})
CHILDREN = frozenset({"子", "女", "儿子", "女儿"})
RELATED = ("relation", "id_no", "relative_id")
OF_AGE_FOR_ONESELF = 14
DECLARED = "declared"
CONTRADICTED = "contradicted"


class Guardians:
    """The children of a case: who speaks for them, and what registers say about that."""

    def __init__(self, case: Case, context: forms.Context) -> None:
        self._case, self._context = case, context
        self._parties = {p.id for p in context.spec.parties if p.consent == GUARDIAN}
        self._rows: list[Consent] | None = None
        self._basis: dict[str, str] = {}

    def is_represented(self, lookup: forms.Lookup) -> bool:
        """Whether a question is about somebody for whom a guardian agrees."""
        return lookup.party in self._parties

    def is_contradicted(self, lookup: forms.Lookup) -> bool:
        """Whether a register names other guardians of this child."""
        return self.basis(lookup.party) == CONTRADICTED

    def basis(self, party_id: str) -> str:
        """What shows the guardian: "api:BIRTH_INFO" and the like, a statement (`DECLARED`), or `CONTRADICTED`."""
        if party_id not in self._basis:
            self._basis[party_id] = basis_of(self._case, party_id)
        return self._basis[party_id]

    def consent_for(self, subject: str) -> Consent | None:
        """The guardian's consent for this child that counts now."""
        now = timezone.now()
        rows = [row for row in self._given() if row.subject_index == subject and row.revoked_at is None]
        return next((row for row in rows if row.until is None or row.until > now), None) if subject else None

    def was_withdrawn(self, subject: str) -> bool:
        """Whether the guardian agreed for this child and took it back."""
        return bool(subject) and any(row.subject_index == subject for row in self._given())

    def _given(self) -> list[Consent]:
        if self._rows is None:
            self._rows = list(Consent.objects.filter(case=self._case, kind=GUARDIAN))
        return self._rows


def basis_of(case: Case, party_id: str) -> str:
    """What registers have said so far about who may speak for a child of the case."""
    mine = _numbers_of(case)
    said = [shown for row in _told_about(case, party_id) for shown in _read(row, mine)]
    shown = next((source for source, is_mine in said if is_mine), "")
    return shown or (CONTRADICTED if said else DECLARED)


def _numbers_of(case: Case) -> frozenset[str]:
    attributes = case.applicant.identity.attributes
    numbers = {case.applicant.identity.id_no, attributes.get("id_no", ""), attributes.get("passport_no", "")}
    return frozenset(number.upper() for number in numbers if number)


def _told_about(case: Case, party_id: str) -> Iterator[Lookup]:
    about = Q(party=party_id) | Q(party="row")
    yield from Lookup.objects.filter(about, case=case, outcome=Lookup.Outcome.FOUND)


def _read(row: Lookup, mine: frozenset[str]) -> Iterator[tuple[str, bool]]:
    """What each record says: its source, and whether it names the applicant. Nothing where it names nobody."""
    source, inputs = f"{row.kind}:{row.code}", {name: str(value).upper() for name, value in (row.inputs or {}).items()}
    for record in row.records or ():
        face = face_of(record)
        named = {str(face[name]).upper() for name in NAMED if face.get(name)}
        if named:
            yield source, bool(named & mine)
        elif _relates(face, inputs, mine):
            yield source, True


def _relates(face: Mapping[str, Any], inputs: Mapping[str, str], mine: frozenset[str]) -> bool:
    """A record of kinship between the two people asked about, one of whom is the applicant."""
    relation, of, other = (str(face.get("relation") or ""), inputs.get("id_no"), inputs.get("relative_id"))
    return (other in mine and relation in PARENTS) or (of in mine and relation in CHILDREN)


def is_child(id_no: str, today: date) -> bool:
    """Whether an identity number belongs to somebody under fourteen; without one it is a newborn."""
    if len(id_no) != 18 or not id_no[6:14].isdecimal():
        return not id_no
    born = date(int(id_no[6:10]), int(id_no[10:12]), int(id_no[12:14]))
    return (today.year - born.year - ((today.month, today.day) < (born.month, born.day))) < OF_AGE_FOR_ONESELF


def children_without_consent(case: Case) -> list[CaseParty]:
    """Children of a case whose number is known and for whom no guardian's consent was ever written down."""
    given = set(Consent.objects.filter(case=case, kind=GUARDIAN).values_list("subject_index", flat=True))
    rows = CaseParty.objects.filter(case=case, consent_kind=GUARDIAN).exclude(id_index="")
    own = {blind_index(number) for number in _numbers_of(case)}
    return [row for row in rows if row.id_index not in given | own]


def note_what_shows(case: Case) -> None:
    """Put the register that shows a guardian in the place of the mere statement, once it has answered."""
    stated = Consent.objects.filter(case=case, kind=GUARDIAN, revoked_at=None, basis=DECLARED)
    for row in stated:
        parties = CaseParty.objects.filter(case=case, consent_kind=GUARDIAN, id_index=row.subject_index)
        found = (basis_of(case, party_id) for party_id in parties.values_list("party_id", flat=True))
        basis = next((one for one in found if one not in (DECLARED, CONTRADICTED)), "")
        if basis:
            row.basis = basis
            row.save(update_fields=["basis"])
