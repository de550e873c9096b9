"""Mandates in words: who, for whom, which things, until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from bundles.queries import published_all
from bundles.spec import BundleSpec
from cases.queries.worklist import masked_name
from portal.accounts.mandates import is_delegable
from portal.accounts.models import Account, Mandate, Role
from portal.citizen.language import said

LOOKS = {"asked": "wait", "later": "wait", "stands": "done", "over": "gone", "ended": "gone"}


@dataclass(frozen=True, slots=True)
class Authority:
    """A mandate as either side sees it."""

    id: UUID
    kind: str
    kind_label: str
    principal: str
    is_body: bool
    agent: str
    agent_number: str
    bundles: tuple[str, ...]
    acts: tuple[str, ...]
    sensitive: bool
    starts_on: date
    until: date | None
    standing: str
    word: str
    look: str

    @property
    def is_open(self) -> bool:
        return self.standing in ("asked", "later", "stands")


@dataclass(frozen=True, slots=True)
class Matter:
    """A bundle that may be chosen for a mandate; `submits`: whether the agent may hand it in too."""

    code: str
    title: str
    note: str
    chosen: bool


def role(mandate: Mandate) -> Authority:
    """In words. The names of persons are shown in full to the two of them only."""
    names = {one.code: said(one.spec) for one in published_all()}
    standing = mandate.standing(timezone.localdate())
    return Authority(
        id=mandate.pk,
        kind=mandate.kind,
        kind_label=_kind(mandate.kind),
        principal=mandate.principal.identity.name,
        is_body=mandate.principal.role == Role.COMPANY,
        agent=mandate.name,
        agent_number=mandate.id_no,
        bundles=tuple(names.get(code, code) for code in mandate.bundles),
        acts=tuple(str(act.label) for act in Mandate.Act if act.value in mandate.acts),
        sensitive=mandate.sensitive,
        starts_on=mandate.starts_on,
        until=mandate.until,
        standing=standing,
        word=_word(standing),
        look=LOOKS[standing],
    )


def _kind(kind: str) -> str:
    """An agent of a body is not the handler of a department, whom the same word names."""
    return _("单位经办人") if kind == Mandate.Kind.AGENT else str(Mandate.Kind(kind).label)


def _word(standing: str) -> str:
    words = {
        "asked": _("等对方答复"),
        "later": _("还没开始"),
        "stands": _("有效"),
        "over": _("已到期"),
        "ended": _("已结束"),
    }
    return words[standing]


def matters(principal: Account, chosen: Sequence[str]) -> list[Matter]:
    """What may be delegated: of a body its bundles, of a person those the law does not keep for the person."""
    kind = "org" if principal.role == Role.COMPANY else "person"
    fit = [one.spec for one in published_all() if any(a.kind == kind for a in one.spec.applicants)]
    return [
        Matter(spec.code, said(spec), _note(spec, kind), spec.code in chosen)
        for spec in fit
        if kind == "org" or is_delegable(spec)
    ]


def personal_matters(principal: Account) -> list[tuple[str, str]]:
    """What a person cannot delegate online, each with why."""
    if principal.role == Role.COMPANY:
        return []
    specs = [one.spec for one in published_all() if any(a.kind == "person" for a in one.spec.applicants)]
    return [(said(spec), said(spec.agent) if spec.agent else "") for spec in specs if not is_delegable(spec)]


def _note(spec: BundleSpec, kind: str) -> str:
    if kind == "person" and spec.agent is not None and not spec.agent.may("submit"):
        return _("代办人只能填，提交要您本人点")
    return ""


def short_principal(account: Account) -> str:
    """On the bar over every page: the company in full, a person by the masked name."""
    name = account.identity.name
    return name if account.role == Role.COMPANY else masked_name(name)
