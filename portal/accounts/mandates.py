"""Mandates given, accepted and ended; acting for somebody on one of them. 民法典 第一百六十五条, 第一百七十三条.

A mandate names the agent, the matters, the acts and the term. Only the named person, signed in, accepts it. It ends
when either side says so or its term is over, at once: it is looked up anew at every request. Nobody hands a mandate
on to a third person (转委托, 第一百六十九条), because only the principal gives one.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles.queries import published_all
from bundles.rules.validators import is_id_number
from bundles.spec import BundleSpec
from cases.actions.dialogue import telling
from cases.errors import CaseError, WrongState
from cases.protection import blind_index
from cases.queries.people import Acting
from portal.accounts.models import Account, Mandate, Role
from portal.accounts.trail import note

Kind, Act = Mandate.Kind, Mandate.Act
ALL_ACTS = frozenset(act.value for act in Act)
OF_AGE = 18
LONGEST = {Kind.AGENT: timedelta(days=730), Kind.DELEGATE: timedelta(days=366)}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a mandate says: who, in which bundles (none named: all, of a body only), which acts, from when to when."""

    name: str
    id_no: str
    phone: str
    bundles: frozenset[str]
    acts: frozenset[str]
    starts_on: date
    until: date
    sensitive: bool = False


# ---- giving -------------------------------------------------------------------------------------------------


def may_give(account: Account) -> bool:
    """The account itself, or who represents it by law; no agent hands a mandate on (民法典 第一百六十九条)."""
    is_applicant = account.role in (Role.CITIZEN, Role.COMPANY)
    return is_applicant and (account.acting is None or account.acting.represents)


def invite(principal: Account, terms: Terms) -> tuple[Mandate, str]:
    """Ask a person to act for the principal; the secret of the link is returned once. Raises CaseError, WrongState.

    The message goes to the phone after the mandate stands; where it cannot be sent the link can be handed over.
    """
    if not may_give(principal):
        raise CaseError(_("只有本人或法定代表人可以委托别人"))
    kind = Kind.AGENT if principal.role == Role.COMPANY else Kind.DELEGATE
    _check(principal, kind, terms)
    token = secrets.token_urlsafe(24)
    try:
        mandate = _ask(principal, kind, terms, token)
    except IntegrityError as error:
        raise WrongState(_("这个人已经有一份没有结束的委托，请先收回再重新委托")) from error
    _send_link(principal, mandate, token)
    return mandate, token


@transaction.atomic
def _ask(principal: Account, kind: str, terms: Terms, token: str) -> Mandate:
    Account.objects.select_for_update().only("pk").get(pk=principal.pk)
    _end_overdue(principal)
    _check_number(principal, kind)
    giver = _giver(principal)
    mandate = Mandate.objects.create(
        kind=kind,
        principal=principal,
        name=terms.name.strip(),
        id_no=terms.id_no,
        id_index=blind_index(terms.id_no),
        phone=terms.phone or None,
        bundles=sorted(terms.bundles),
        acts=sorted(terms.acts),
        sensitive=terms.sensitive,
        starts_on=terms.starts_on,
        until=terms.until,
        cases_since=timezone.now(),
        link_digest=_digest(token),
        given_by=giver,
    )
    note(principal, "mandate.given", by=giver, mandate=str(mandate.pk), role=kind)
    return mandate


def _check(principal: Account, kind: str, terms: Terms) -> None:
    today = timezone.localdate()
    if not terms.name.strip() or not is_id_number(terms.id_no):
        raise CaseError(_("请核对姓名和身份证号码，号码要能对上"))
    if blind_index(terms.id_no) == principal.id_index and kind == Kind.DELEGATE:
        raise CaseError(_("不用委托自己"))
    if _age(terms.id_no, today) < OF_AGE:
        raise CaseError(_("受托人要满 18 周岁"))
    if not terms.acts or terms.acts - ALL_ACTS:
        raise CaseError(_("请至少选一样可以做的事"))
    if terms.starts_on < today or terms.until < terms.starts_on:
        raise CaseError(_("期限不对：开始不能早于今天，结束不能早于开始"))
    if terms.until - terms.starts_on > LONGEST[Kind(kind)]:
        longest = LONGEST[Kind(kind)].days // 365
        raise CaseError(_("期限最长 %(years)s 年，到期可以再续") % {"years": longest})
    _check_bundles(kind, terms.bundles)


def _check_bundles(kind: str, bundles: frozenset[str]) -> None:
    known = {one.code: one.spec for one in published_all()}
    if bundles - known.keys():
        raise CaseError(_("选的事里有已经停办的，请重新选"))
    if kind != Kind.DELEGATE:
        return
    if not bundles:
        raise CaseError(_("请选委托办哪几件事"))
    personal = [known[code].zh for code in sorted(bundles) if not is_delegable(known[code])]
    if personal:
        raise CaseError(_("这些事要本人办，不能在网上委托：%(names)s") % {"names": "、".join(personal)})


def is_delegable(spec: BundleSpec) -> bool:
    """Whether somebody else may apply online for a person; what must be done in person not (民法典 第一百六十一条)."""
    for_people = any(one.kind == "person" for one in spec.applicants)
    return for_people and spec.agent is not None and spec.agent.reaches("online")


def _check_number(principal: Account, kind: str) -> None:
    most = settings.MOST_AGENTS if kind == Kind.AGENT else settings.MOST_DELEGATES
    if open_mandates(principal).exclude(kind=Kind.LEGAL).count() >= most:
        raise CaseError(_("最多同时委托 %(most)s 人，请先收回不用的") % {"most": most})


def _age(id_no: str, today: date) -> int:
    born = date(int(id_no[6:10]), int(id_no[10:12]), int(id_no[12:14]))
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _giver(principal: Account) -> Account:
    acting = principal.acting
    return Account.objects.get(pk=acting.person_id) if acting is not None else principal


def _send_link(principal: Account, mandate: Mandate, token: str) -> None:
    if mandate.phone:
        until = f"{mandate.until:%Y-%m-%d}"
        telling.tell_phone(
            mandate.phone, "mandate_asked", person=principal.identity.name, link=link_of(token), until=until
        )


def link_of(token: str) -> str:
    return f"{settings.PORTAL_URL}/me/act/{token}/"


# ---- answering ----------------------------------------------------------------------------------------------


def asked_by_link(token: str) -> Mandate | None:
    """The mandate a link asks about; None for an unknown, answered or ended one."""
    found = Mandate.objects.select_related("principal").filter(link_digest=_digest(token), ended_at=None)
    return next((one for one in found if one.standing(timezone.localdate()) == "asked"), None)


def asked_of(person: Account) -> list[Mandate]:
    """Mandates that wait for this person's word, whatever became of the link."""
    asked = Mandate.objects.filter(id_index=person.id_index, ended_at=None, accepted_at=None)
    today = timezone.localdate()
    return [one for one in asked.select_related("principal") if person.id_index and one.standing(today) == "asked"]


@transaction.atomic
def accept(mandate_id: UUID, person: Account) -> Mandate:
    """The named person takes it on. Raises CaseError for anybody else, WrongState when it is no longer asked."""
    mandate = _lock_asked(mandate_id, person)
    _check_principals(mandate, person)
    mandate.person, mandate.accepted_at, mandate.link_digest = person, timezone.now(), ""
    mandate.save(update_fields=["person", "accepted_at", "link_digest"])
    note(mandate.principal, "mandate.accepted", by=person, mandate=str(mandate.pk))
    note(person, "mandate.taken", by=person, mandate=str(mandate.pk))
    _tell_principal(mandate, "mandate_accepted")
    return mandate


def _check_principals(mandate: Mandate, person: Account) -> None:
    """Helping family is one thing, a trade another: how many people one may act for is limited."""
    held = standing_of(person).filter(kind=Kind.DELEGATE).count()
    if mandate.kind == Kind.DELEGATE and held >= settings.MOST_PRINCIPALS:
        raise CaseError(_("一个人最多替 %(most)s 位亲友代办") % {"most": settings.MOST_PRINCIPALS})


@transaction.atomic
def decline(mandate_id: UUID, person: Account) -> None:
    """The named person says no. Raises as `accept` does."""
    mandate = _lock_asked(mandate_id, person)
    _end(mandate, by=person)
    note(mandate.principal, "mandate.declined", by=person, mandate=str(mandate.pk))
    _tell_principal(mandate, "mandate_declined")


def _tell_principal(mandate: Mandate, template: str) -> None:
    principal = mandate.principal
    link = f"{settings.PORTAL_URL}/me/mandates/"
    telling.tell_account(principal.pk, principal.phone or "", template, agent=mandate.name, link=link)


def _lock_asked(mandate_id: UUID, person: Account) -> Mandate:
    mandate = Mandate.objects.select_for_update(of=("self",)).select_related("principal").get(pk=mandate_id)
    is_named = person.role == Role.CITIZEN and person.acting is None and bool(person.id_index)
    if not is_named or mandate.id_index != person.id_index:
        raise CaseError(_("这份委托是给另一个人的，请本人登录后答复"))
    if mandate.standing(timezone.localdate()) != "asked":
        raise WrongState(_("这份委托已经答复、收回或者过期了"))
    return mandate


# ---- ending -------------------------------------------------------------------------------------------------


@transaction.atomic
def revoke(mandate_id: UUID, principal: Account) -> Mandate:
    """Take a mandate back; it counts for nothing from this moment. 民法典 第一百七十三条第二项. Raises CaseError."""
    if not may_give(principal):
        raise CaseError(_("只有本人或法定代表人可以收回委托"))
    mandate = Mandate.objects.select_for_update().filter(pk=mandate_id, principal=principal).first()
    if mandate is None or mandate.kind == Kind.LEGAL:
        raise CaseError(_("没有这份委托"))
    if mandate.ended_at is None:
        _end(mandate, by=_giver(principal))
        note(principal, "mandate.revoked", by=mandate.ended_by, mandate=str(mandate.pk))
    return mandate


@transaction.atomic
def resign(mandate_id: UUID, person: Account) -> Mandate:
    """The agent gives it up. 民法典 第一百七十三条第二项. Raises CaseError."""
    mine = Mandate.objects.select_for_update(of=("self",)).select_related("principal")
    mandate = mine.filter(pk=mandate_id, person=person).first()
    if mandate is None:
        raise CaseError(_("没有这份委托"))
    if mandate.ended_at is None:
        _end(mandate, by=person)
        note(mandate.principal, "mandate.resigned", by=person, mandate=str(mandate.pk))
    return mandate


def _end(mandate: Mandate, by: Account | None) -> None:
    mandate.ended_at, mandate.ended_by, mandate.link_digest = timezone.now(), by, ""
    mandate.save(update_fields=["ended_at", "ended_by", "link_digest"])


def end_all(account: Account) -> int:
    """Every mandate given or held ends: the account is closed. 民法典 第一百七十三条."""
    either = Mandate.objects.filter(Q(principal=account) | Q(person=account), ended_at=None)
    return either.update(ended_at=timezone.now(), link_digest="")


def _end_overdue(principal: Account) -> None:
    """Those past their last day make room for new ones."""
    over = Mandate.objects.filter(principal=principal, ended_at=None, until__lt=timezone.localdate())
    over.update(ended_at=timezone.now(), link_digest="")


# ---- reading ------------------------------------------------------------------------------------------------


def open_mandates(principal: Account) -> QuerySet[Mandate]:
    """Given and not ended: asked, to come and standing."""
    return Mandate.objects.filter(principal=principal, ended_at=None).exclude(until__lt=timezone.localdate())


def ended_mandates(principal: Account, most: int = 20) -> QuerySet[Mandate]:
    """What was given and is over, for the record."""
    over = Q(ended_at__isnull=False) | Q(until__lt=timezone.localdate())
    return Mandate.objects.filter(over, principal=principal).order_by("-asked_at")[:most]


def standing_of(person: Account) -> QuerySet[Mandate]:
    """On which this person may act today."""
    today = timezone.localdate()
    mine = Mandate.objects.filter(person=person, ended_at=None, accepted_at__isnull=False, starts_on__lte=today)
    in_term = mine.filter(Q(until=None) | Q(until__gte=today))
    return in_term.filter(principal__is_active=True).select_related("principal")


def acting_for(person: Account, mandate_id: str) -> Account | None:
    """The principal's account with this person acting for it; None where no mandate stands (any more)."""
    try:
        mandate = standing_of(person).filter(pk=UUID(mandate_id)).first()
    except ValueError:
        return None
    if mandate is None:
        return None
    principal = mandate.principal
    principal.acting = Acting(
        mandate_id=mandate.pk,
        person_id=person.pk,
        name=person.name,
        id_no=person.id_no or "",
        phone=person.phone or "",
        acts=ALL_ACTS if mandate.kind == Kind.LEGAL else frozenset(mandate.acts),
        bundles=frozenset(mandate.bundles),
        cases_since=mandate.cases_since if mandate.kind == Kind.DELEGATE else None,
        sensitive=mandate.sensitive or mandate.kind != Kind.DELEGATE,
        represents=mandate.kind == Kind.LEGAL,
        starts_on=mandate.starts_on,
        until=mandate.until,
    )
    return principal


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
