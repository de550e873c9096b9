"""Who is concerned by a case, as its answers say; and who has to speak for himself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from bundles import forms
from bundles.rules import evaluate
from bundles.spec import BundleSpec
from bundles.spec import Party as PartySpec
from cases.actions.applying.signing import digest_of_answers, note_confirmations
from cases.actions.registers import consents
from cases.models import Case, Consent, Party
from cases.queries.context import frame_of
from cases.queries.people import parties_of

_IDENTITY = ["kind", "consent_kind", "name", "id_no", "id_index", "phone"]
STANDING = ["state", "account", "answered_at", "signed_digest", "link_digest", "link_expires_at"]


def sync_parties(case: Case) -> None:
    """Bring the parties of a locked case in line with its answers; whoever signed something else is asked again.

    In a filed case parties may only come in addition (分段办): what was signed for the filing stays signed.
    """
    context = frame_of(case).context
    selection = forms.select(context)
    shown = replace(context, shown=selection.fields)
    rows = {(row.party_id, row.row_index): row for row in parties_of(case)}
    own = consents.own_indexes(case)
    digest = digest_of_answers(context)
    kept = set()
    for party, row, identity in _concerned(shown, selection):
        key = (party.id, row.index if row else None)
        kept.add(key)
        _bring_up(case, rows.get(key), party, row, identity, own=own, digest=digest)
    for key in () if case.submitted_at else rows.keys() - kept:
        _drop(rows[key])
    consents.note_guardians(case)
    note_confirmations(case)


def _concerned(
    context: forms.Context, selection: forms.Selection
) -> Iterator[tuple[PartySpec, forms.Row | None, forms.PartyIdentity]]:
    """The parties of which something is known, each row of a repeating block on its own."""
    scope = forms.scope(context, selection)
    elsewhere = context.answers.get("elsewhere") or ()
    for party in context.spec.parties:
        if party.id in elsewhere:  # said yes in the case of the batch
            continue
        if party.when is not None and evaluate(party.when, scope) is False:
            continue
        identity = forms.identity_of(context, party.id)
        if identity:
            yield party, None, identity
        group = _block_of(context.spec, party)
        for index in range(_row_count(context, group)) if group else ():
            row = forms.Row(group, index) if group else None
            identity = forms.identity_of(context, party.id, row)
            if identity:
                yield party, row, identity


def _block_of(spec: BundleSpec, party: PartySpec) -> str | None:
    """The repeating block that lists a party of several: by its identity fields, its name, or its `@row` sources."""
    if not party.many:
        return None
    named = [spec.group_of(field) for field in (party.identity or {}).values() if spec.has_field(field)]
    if party.identity:
        return next((group.id for group in named if group), None)
    stem = party.id.rstrip("s")
    by_name = [g.id for g in spec.groups.values() if any(word.rstrip("s") == stem for word in g.id.split("_"))]
    by_source = [g.id for g in spec.groups.values() if any(_reads_row_card(f.prefills) for f in g.fields)]
    return next(iter([*by_name, *by_source]), None)


def _reads_row_card(prefills: Iterable[str]) -> bool:
    return any(path.startswith("licence:") and "@row." in path for path in prefills)


def _row_count(context: forms.Context, group: str) -> int:
    rows = (context.answers.get("fields") or {}).get(group)
    return len(rows) if isinstance(rows, list) else 0


def _bring_up(
    case: Case,
    known: Party | None,
    party: PartySpec,
    row: forms.Row | None,
    identity: forms.PartyIdentity,
    *,
    own: frozenset[str],
    digest: str,
) -> None:
    index = consents.index_of(identity)
    one = known or Party(case=case, party_id=party.id, row_index=row.index if row else None)
    if known and case.submitted_at and index and known.id_index == index:
        return
    before = _standing(one)
    if known and known.id_index != index:
        _forget(one)
    one.kind, one.consent_kind, one.id_index = party.kind, party.consent, index
    one.name, one.id_no = identity.name or None, identity.id_no or identity.uscc or identity.passport_no or None
    one.phone = identity.phone or None
    if index and index in own:
        _settle(one, case.applicant_id, digest)
    elif one.state == Party.State.AGREED and party.signs and one.signed_digest != digest:
        one.state, one.signed_digest = Party.State.NOT_ASKED, ""
    if known is None:
        one.save(force_insert=True)
    elif _standing(one) != before:
        one.save(update_fields=[*_IDENTITY, *STANDING])


def _standing(one: Party) -> list[Any]:
    """All that is kept of a party, to tell whether it changed."""
    return [one.serializable_value(name) for name in (*_IDENTITY, *STANDING)]


def _settle(one: Party, account_id: UUID, digest: str) -> None:
    """The applicant has agreed by applying."""
    if one.state != Party.State.AGREED:
        one.answered_at = timezone.now()
    one.state, one.account_id, one.signed_digest = Party.State.AGREED, account_id, digest
    one.link_digest, one.link_expires_at = "", None


def _forget(one: Party) -> None:
    """Somebody else now stands in this place: what the one before said does not count."""
    Consent.objects.filter(party=one, revoked_at=None).update(revoked_at=timezone.now())
    one.state, one.account, one.answered_at = Party.State.NOT_ASKED, None, None
    one.signed_digest, one.link_digest, one.link_expires_at = "", "", None


def _drop(one: Party) -> None:
    """No longer concerned; the consent is kept as revoked, it belongs to the history of the case."""
    Consent.objects.filter(party=one, revoked_at=None).update(revoked_at=timezone.now())
    Consent.objects.filter(party=one).update(party=None)
    one.delete()
