"""Parties of a case: who is concerned, who must say yes, and what they said.

Sources: 个人信息保护法 第十四、二十九条; 电子签名法 第十四条.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bundles import forms
from bundles.rules import evaluate
from bundles.spec import BundleSpec
from bundles.spec import Party as PartySpec
from cases.actions import consents, invitations
from cases.actions.events import record
from cases.actions.locking import lock_case
from cases.actions.signing import confirmed, digest_of_answers
from cases.errors import CaseError, WrongState
from cases.models import Case, Consent, Party
from cases.ports import Actor
from cases.protection import blind_index
from cases.queries.context import context_of
from cases.queries.people import Person, pending_parties
from cases.states import CaseState

__all__ = [
    "agree",
    "ask_parties",
    "decline",
    "invite",
    "link_for",
    "note_agreement",
    "party_by_token",
    "pending_parties",
    "remind",
    "stop_asking",
    "sync_parties",
    "take_back",
    "withdraw_consent",
]

LINK_DAYS = 15
WAIT = timedelta(days=LINK_DAYS)
BEFORE_FILING = frozenset({CaseState.DRAFT, CaseState.AWAITING_PARTIES})
_IDENTITY = ["kind", "consent_kind", "name", "id_no", "id_index", "phone"]
_STANDING = ["state", "account", "answered_at", "signed_digest", "link_digest", "link_expires_at"]


# ---- who is concerned ---------------------------------------------------------------------------------------


def sync_parties(case: Case) -> None:
    """Bring the parties of a locked case in line with its answers; whoever signed something else is asked again."""
    context = context_of(case)
    selection = forms.select(context)
    shown = replace(context, shown=selection.fields)
    rows = {(row.party_id, row.row_index): row for row in Party.objects.filter(case=case)}
    own = consents.own_indexes(case)
    digest = digest_of_answers(context)
    kept = set()
    for party, row, identity in _concerned(shown, selection):
        key = (party.id, row.index if row else None)
        kept.add(key)
        _bring_up(case, rows.get(key), party, row, identity, own=own, digest=digest)
    for key in rows.keys() - kept:
        _drop(rows[key])
    _note_confirmations(case)


def _note_confirmations(case: Case) -> None:
    """Say in the form's own system fields who has agreed."""
    everybody = not pending_parties(case)
    answers = confirmed(context_of(case), Party.objects.filter(case=case), everybody=everybody)
    if answers != case.answers:
        case.answers = answers
        case.save(update_fields=["answers"])


def _concerned(
    context: forms.Context, selection: forms.Selection
) -> Iterator[tuple[PartySpec, forms.Row | None, forms.PartyIdentity]]:
    """The parties of which something is known, each row of a repeating block on its own."""
    scope = forms.scope(context, selection)
    for party in context.spec.parties:
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
    if known and known.id_index != index:
        _forget(one)
    one.kind, one.consent_kind, one.id_index = party.kind, party.consent, index
    one.name, one.id_no = identity.name or None, identity.id_no or identity.uscc or identity.passport_no or None
    one.phone = identity.phone or None
    if index and index in own:
        _settle(one, case.applicant_id, digest)
    elif one.state == Party.State.AGREED and party.signs and one.signed_digest != digest:
        one.state, one.signed_digest = Party.State.NOT_ASKED, ""
    one.save(update_fields=[*_IDENTITY, *_STANDING] if known else None)


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


# ---- asking -------------------------------------------------------------------------------------------------


def ask_parties(case: Case, *, by: Actor) -> None:
    """Ask everybody who has not agreed yet; a locked case that is handed in waits for them."""
    _ask(case, pending_parties(case), by=by)
    if case.state == CaseState.DRAFT:
        case.ask_parties()
        case.next_at = timezone.now() + WAIT
        case.save(update_fields=["state", "next_at"])


@transaction.atomic
def invite(party_pk: UUID, *, by: Actor) -> Party:
    """Ask one party, early or again: a new link, the old one is void."""
    case, party = _lock_party(party_pk)
    _still_open(case)
    if party not in pending_parties(case):
        raise WrongState("这一位不需要再确认了")
    _ask(case, [party], by=by)
    return party


def _ask(case: Case, asked: Iterable[Party], *, by: Actor) -> None:
    """One message a person, however many roles that person has here."""
    reached: set[str] = set()
    for party in asked:
        party.state, party.asked_at = Party.State.ASKED, timezone.now()
        party.save(update_fields=["state", "asked_at"])
        record(case, "party.asked", by=by, party=party.party_id, row=party.row_index)
        if party.id_index not in reached:
            invitations.send(case, party, link_for(party))
        reached.add(party.id_index)


def remind(case: Case, *, by: Actor) -> None:
    """Ask those again whose link has run out."""
    now = timezone.now()
    silent = [p for p in pending_parties(case) if p.link_expires_at is not None and p.link_expires_at <= now]
    _ask(case, silent, by=by)


def link_for(party: Party) -> str:
    """A fresh secret for the party's link; only its digest is kept, for 15 days."""
    token = secrets.token_urlsafe(32)
    party.link_digest, party.link_expires_at = _digest(token), timezone.now() + WAIT
    party.save(update_fields=["link_digest", "link_expires_at"])
    return token


def party_by_token(token: str) -> Party | None:
    """The party that a link is for, None for an unknown, used or expired one."""
    return (
        Party.objects.select_related("case", "case__applicant")
        .filter(link_digest=_digest(token), link_expires_at__gt=timezone.now(), state=Party.State.ASKED)
        .first()
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# ---- answering ----------------------------------------------------------------------------------------------


def agree(party_pk: UUID, *, account: Person, token: str | None = None) -> Case:
    """The person says yes, in every role this person has in the case; the last yes files a case handed in.

    Raises CaseError for anybody else, WrongState when the case is no longer waiting.
    """
    from cases.actions import drafting, handing_in

    case_id = note_agreement(party_pk, account=account, token=token)
    case = handing_in.proceed_when_agreed(case_id)
    return drafting.refresh_prefill(case_id) if case.state in BEFORE_FILING else case


@transaction.atomic
def note_agreement(party_pk: UUID, *, account: Person, token: str | None = None) -> UUID:
    """The yes alone, recorded; returns the case. Whatever comes of it can be done later."""
    case, party = _lock_party(party_pk)
    _check_person(party, account, token)
    if party.state != Party.State.AGREED:
        _still_open(case)
        _say_yes(case, party, account)
    return case.pk


def _say_yes(case: Case, party: Party, account: Person) -> None:
    now = timezone.now()
    context = context_of(case)
    digest = digest_of_answers(context)
    roles = list(Party.objects.filter(case=case, id_index=party.id_index))
    names = {one.party_id for one in roles} | ({"row"} if party.row_index is not None else set())
    consents.give(
        case,
        subject=party.id_index,
        given_by=account,
        kind=consents.AUTHORISE,
        covers=consents.covers_of(context.spec, names),
        at=now,
        party=party,
    )
    for one in roles:
        _mark_agreed(one, account, now, digest)
        record(case, "party.agreed", by=Actor("party", str(account.pk)), party=one.party_id, row=one.row_index)
    _note_confirmations(case)
    # The sweep files the case should this process die before it does.
    case.next_at = now
    case.save(update_fields=["next_at"])


def _mark_agreed(one: Party, account: Person, now: datetime, digest: str) -> None:
    one.state, one.account_id, one.answered_at = Party.State.AGREED, account.pk, now
    one.signed_digest, one.link_digest, one.link_expires_at = digest, "", None
    one.save(update_fields=_STANDING)


@transaction.atomic
def decline(party_pk: UUID, *, account: Person, token: str | None = None) -> Case:
    """The person says no; a case that was handed in goes back to the applicant as a draft."""
    case, party = _lock_party(party_pk)
    _check_person(party, account, token)
    _still_open(case)
    now = timezone.now()
    Consent.objects.filter(party=party, revoked_at=None).update(revoked_at=now)
    party.state, party.account_id, party.answered_at = Party.State.DECLINED, account.pk, now
    party.signed_digest, party.link_digest, party.link_expires_at = "", "", None
    party.save(update_fields=_STANDING)
    record(case, "party.declined", by=Actor("party", str(account.pk)), party=party.party_id, row=party.row_index)
    _note_confirmations(case)
    take_back(case)
    return case


@transaction.atomic
def withdraw_consent(consent_id: UUID, *, account: Person) -> Consent:
    """Take an authorisation back. What was lawfully used before stays used; nothing more is asked.

    Raises CaseError for a consent that is not this person's. 个人信息保护法 第十五条.
    """
    case = lock_case(Consent.objects.values_list("case_id", flat=True).get(pk=consent_id))
    consent = Consent.objects.select_for_update().get(pk=consent_id)
    if consent.given_by_id != account.pk:
        raise CaseError("只有本人可以撤回自己的授权")
    if consent.revoked_at is None:
        consent.revoked_at = timezone.now()
        consent.save(update_fields=["revoked_at"])
        record(case, "party.withdrew", by=Actor("party", str(account.pk)), consent=str(consent.pk))
        _ask_anew(case, consent.subject_index)
    return consent


def _ask_anew(case: Case, subject: str) -> None:
    """Before filing, a withdrawn authorisation must be given again; after it, the departments already have the case."""
    if case.state not in BEFORE_FILING or subject in consents.own_indexes(case):
        return
    for one in Party.objects.filter(case=case, id_index=subject, consent_kind__in=consents.ASKED_KINDS):
        one.state, one.signed_digest = Party.State.DECLINED, ""
        one.save(update_fields=_STANDING)
    _note_confirmations(case)
    take_back(case)


def stop_asking(case: Case) -> None:
    """Nobody needs to answer any more: the links are void."""
    waiting = Party.objects.filter(case=case, state=Party.State.ASKED)
    waiting.update(state=Party.State.NOT_ASKED, link_digest="", link_expires_at=None)


def take_back(case: Case) -> None:
    """A case handed in that still waits for others becomes a draft again; a draft stays one."""
    if case.state == CaseState.AWAITING_PARTIES:
        case.take_back()
        case.client_key = None
        case.next_at = timezone.now() + WAIT
        case.save(update_fields=["state", "client_key", "next_at"])


def _lock_party(party_pk: UUID) -> tuple[Case, Party]:
    case = lock_case(Party.objects.values_list("case_id", flat=True).get(pk=party_pk))
    party = Party.objects.select_for_update().get(pk=party_pk)
    party.case = case
    return case, party


def _still_open(case: Case) -> None:
    if case.state not in BEFORE_FILING:
        raise WrongState("这份申请已经提交或撤回，不用再确认了")


def _check_person(party: Party, account: Person, token: str | None) -> None:
    """The number that sign-in proved must be the party's; a link alone opens nothing."""
    attributes = account.identity.attributes
    numbers = {account.identity.id_no, *(attributes.get(key, "") for key in ("id_no", "uscc", "passport_no"))}
    if not party.id_index or party.id_index not in {blind_index(number) for number in numbers if number}:
        raise CaseError("这份授权要本人确认")
    if token is not None and party.link_digest and party.link_digest != _digest(token):
        raise WrongState("这个链接已经失效，请用最新一条短信里的链接")
