"""Parties of a case: who is concerned, who must say yes, and what they said.

Sources: 个人信息保护法 第十四、二十九条; 电子签名法 第十四条.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import notices
from cases.actions.applying import staging
from cases.actions.applying.concerned import STANDING, sync_parties
from cases.actions.applying.signing import digest_of_answers, note_confirmations
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.actions.registers import consents
from cases.errors import CaseError, WrongState
from cases.models import Case, Consent, Event, Party
from cases.ports import Actor
from cases.protection import blind_index
from cases.queries.context import context_of
from cases.queries.people import Person, is_role_of_agent, pending_parties
from cases.states import CaseState

__all__ = [
    "agree",
    "agree_by_acting",
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
# The link itself opens only for a short while; the request stays in the person's own list.
LINK_LASTS = timedelta(hours=72)
# How often one person may be sent a link for one case.
INVITES = ((timedelta(hours=1), 3), (timedelta(days=1), 6))
BEFORE_FILING = frozenset({CaseState.DRAFT, CaseState.AWAITING_PARTIES})


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
        raise WrongState(_("这一位不需要再确认了"))
    _check_rate(case, party)
    _ask(case, [party], by=by)
    return party


def _check_rate(case: Case, party: Party) -> None:
    """Nobody is flooded with links. Raises CaseError past a few an hour and a day."""
    now = timezone.now()
    sent = Event.objects.filter(case=case, kind="party.asked", facts__party=party.party_id, facts__row=party.row_index)
    for span, most in INVITES:
        if sent.filter(at__gt=now - span).count() >= most:
            raise CaseError(_("短信发得太勤了，请过一会儿再发；对方也可以自己登录，在“授权”里确认"))


def _ask(case: Case, asked: Iterable[Party], *, by: Actor) -> None:
    """One message a person, however many roles that person has here."""
    reached: set[str] = set()
    for party in asked:
        party.state, party.asked_at = Party.State.ASKED, timezone.now()
        party.save(update_fields=["state", "asked_at"])
        record(case, "party.asked", by=by, party=party.party_id, row=party.row_index)
        if party.id_index not in reached:
            notices.party_invited(case, party, link_for(party))
        reached.add(party.id_index)


def agree_by_acting(case: Case, *, by: Actor) -> None:
    """Whoever hands a locked case in for the applicant is signed in: that is the yes of his own role (经办人).

    Nothing sensitive of his is agreed to with it. 个人信息保护法 第二十九条.
    """
    if not by.through:
        return
    agent = get_user_model().objects.get(pk=by.through)
    index = blind_index(agent.identity.id_no)
    mine = [one for one in pending_parties(case) if is_role_of_agent(one, index)]
    if mine:
        _say_yes(case, mine, agent, means=consents.Means.SIGN_IN, sensitive=())


def remind(case: Case, *, by: Actor) -> None:
    """Ask those again whose link has run out."""
    now = timezone.now()
    silent = [p for p in pending_parties(case) if p.link_expires_at is not None and p.link_expires_at <= now]
    _ask(case, silent, by=by)


def link_for(party: Party) -> str:
    """A fresh secret for the party's link; only its digest is kept, for three days."""
    token = secrets.token_urlsafe(32)
    party.link_digest, party.link_expires_at = _digest(token), timezone.now() + LINK_LASTS
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


def agree(party_pk: UUID, *, account: Person, token: str | None = None, sensitive: bool = True) -> Case:
    """The person says yes, in every role this person has in the case; the last yes files a case handed in.

    `sensitive`: whether to what is sensitive as well, which is agreed to apart (个人信息保护法 第二十九条).

    Raises CaseError for anybody else, WrongState when the case is no longer waiting.
    """
    from cases.actions.applying import drafting, handing_in

    case_id = note_agreement(party_pk, account=account, token=token, sensitive=sensitive)
    handing_in.proceed_when_agreed(case_id)
    return drafting.refresh_prefill(case_id)


@transaction.atomic
def note_agreement(party_pk: UUID, *, account: Person, token: str | None = None, sensitive: bool = True) -> UUID:
    """The yes alone, recorded; returns the case. Whatever comes of it can be done later."""
    case, party = _lock_party(party_pk)
    _check_person(party, account, token)
    if party.state != Party.State.AGREED:
        _still_open(case)
        means = consents.Means.LINK if token else consents.Means.SIGN_IN
        roles = list(Party.objects.filter(case=case, id_index=party.id_index))
        _say_yes(case, roles, account, means=means, sensitive=None if sensitive else (), party=party)
    return case.pk


def _say_yes(
    case: Case, roles: Sequence[Party], account: Person, *,
    means: str, sensitive: Collection[str] | None, party: Party | None = None,
) -> None:  # fmt: skip
    """In every role of one person; `party` is the one that was asked."""
    now = timezone.now()
    party = party or roles[0]
    context = context_of(case)
    digest = digest_of_answers(context)
    names = {one.party_id for one in roles} | ({"row"} if party.row_index is not None else set())
    consents.give(
        case,
        subject=party.id_index,
        given_by=account,
        kind=consents.AUTHORISE,
        covers=consents.covers_of(context.spec, names),
        at=now,
        party=party,
        means=means,
        sensitive=sensitive,
    )
    for one in roles:
        _mark_agreed(one, account, now, digest)
        record(case, "party.agreed", by=Actor("party", str(account.pk)), party=one.party_id, row=one.row_index)
    note_confirmations(case)
    if case.state == CaseState.AWAITING_PARTIES:
        # The sweep files the case should this process die before it does.
        case.next_at = now
        case.save(update_fields=["next_at"])


def _mark_agreed(one: Party, account: Person, now: datetime, digest: str) -> None:
    one.state, one.account_id, one.answered_at = Party.State.AGREED, account.pk, now
    one.signed_digest, one.link_digest, one.link_expires_at = digest, "", None
    one.save(update_fields=STANDING)


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
    party.save(update_fields=STANDING)
    record(case, "party.declined", by=Actor("party", str(account.pk)), party=party.party_id, row=party.row_index)
    note_confirmations(case)
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
        raise CaseError(_("只有本人可以撤回自己的授权"))
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
        one.save(update_fields=STANDING)
    note_confirmations(case)
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
    if case.state not in BEFORE_FILING and not staging.takes_more(case):
        raise WrongState(_("这份申请已经提交或撤回，不用再确认了"))


def _check_person(party: Party, account: Person, token: str | None) -> None:
    """The number that sign-in proved must be the party's; a link alone opens nothing."""
    attributes = account.identity.attributes
    numbers = {account.identity.id_no, *(attributes.get(key, "") for key in ("id_no", "uscc", "passport_no"))}
    if not party.id_index or party.id_index not in {blind_index(number) for number in numbers if number}:
        raise CaseError(_("这份授权要本人确认"))
    if token is not None and party.link_digest and party.link_digest != _digest(token):
        raise WrongState(_("这个链接已经失效，请用最新一条短信里的链接"))
