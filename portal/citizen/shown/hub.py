"""My own place on one page: what waits for me first, then everything that is mine, each with how much of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.queries.authorisations import parties_asking
from cases.queries.holdings import holdings_of
from cases.queries.my_cases import NEEDS_ME, CaseRow, count_cases, my_cases
from cases.states import CaseState
from portal.accounts import mandates
from portal.accounts.models import Account, Role
from portal.citizen.language import lang
from portal.citizen.shown import authority

MOST_WAITING = 5
DRAFTS = frozenset({CaseState.DRAFT, CaseState.AWAITING_PARTIES})
OVER = frozenset({CaseState.CONCLUDED, CaseState.WITHDRAWN, CaseState.LAPSED})


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that goes on only with me."""

    title: str
    text: str
    href: str
    icon: str = "you"


@dataclass(frozen=True, slots=True)
class Entry:
    """A way from here. `count` is how much there is; `word` says what of it is new or waits."""

    title: str
    text: str
    href: str
    icon: str
    count: int | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    title: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Hub:
    waiting: Sequence[Waiting]
    more_waiting: int
    groups: Sequence[Group]


def hub(account: Account, person: Account, *, unread: int = 0) -> Hub:
    """For the account itself, or for who acts for it: then only what the mandate reaches."""
    rows, counts = my_cases(account, lang=lang(), states=NEEDS_ME), count_cases(account)
    if account.acting is not None and not account.acting.represents:
        waiting = list(_of_cases(rows))
        groups = [Group("do", _("办事"), [_cases(counts), _drafts(counts)])]
        return Hub(waiting[:MOST_WAITING], max(len(waiting) - MOST_WAITING, 0), groups)
    waiting = [*_of_cases(rows), *_of_others(account, person)]
    groups = [
        Group("do", _("办事"), list(_doing(account, counts))),
        Group("trust", _("授权和代办"), list(_trusting(account, person))),
        Group("account", _("账户"), list(_account(account, unread))),
    ]
    return Hub(waiting[:MOST_WAITING], max(len(waiting) - MOST_WAITING, 0), groups)


def _of_cases(rows: Sequence[CaseRow]) -> Iterator[Waiting]:
    """What a department or a supplement waits for, before drafts."""
    for row in sorted(rows, key=lambda row: row.state == CaseState.DRAFT):
        name = "citizen:resume" if row.state == CaseState.DRAFT else "citizen:case"
        icon = "pen" if row.state == CaseState.DRAFT else "you"
        yield Waiting(row.title, row.headline, reverse(name, args=[row.id]), icon)


def _of_others(account: Account, person: Account) -> Iterator[Waiting]:
    for one in parties_asking(account):
        text = _("%(applicant)s请您确认") % {"applicant": one.applicant}
        yield Waiting(one.bundle_name, text, reverse("citizen:authorise_request", args=[one.id]), "users")
    for asked in mandates.asked_of(person):
        role = authority.role(asked)
        title = _("%(name)s请您做%(kind)s") % {"name": role.principal, "kind": role.kind_label}
        yield Waiting(title, _("接受或谢绝"), reverse("citizen:act"), "key")


def _cases(counts: Mapping[str, int]) -> Entry:
    filed = {state: count for state, count in counts.items() if state not in DRAFTS}
    open_ones = sum(count for state, count in filed.items() if state not in OVER)
    word = ngettext("%(count)s 件在办", "%(count)s 件在办", open_ones) % {"count": open_ones} if open_ones else ""
    return Entry(_("我的办件"), _("办到哪了、要做什么"), reverse("citizen:cases"), "file", sum(filed.values()), word)


def _drafts(counts: Mapping[str, int]) -> Entry:
    drafts = sum(count for state, count in counts.items() if state in DRAFTS)
    return Entry(_("草稿"), _("没填完的，接着填"), reverse("citizen:cases"), "pen", drafts)


def _doing(account: Account, counts: Mapping[str, int]) -> Iterator[Entry]:
    held = holdings_of(account)
    yield _cases(counts)
    yield _drafts(counts)
    yield Entry(_("我的证照"), _("办成的结果都在"), reverse("citizen:licences"), "card", held.licences)
    if documents := _place("citizen:my_documents"):
        yield Entry(_("我的材料"), _("交过的文件，下次直接用"), documents, "layers", held.documents)
    if account.role == Role.CITIZEN:
        yield Entry(_("主动为您办的"), _("不用申请、按规定直接办的"), reverse("citizen:entitlements"), "box")


def _trusting(account: Account, person: Account) -> Iterator[Entry]:
    yield Entry(_("授权"), _("等我确认的、我给出的"), reverse("citizen:authorisations"), "users")
    given = mandates.open_mandates(account).count()
    if account.role == Role.COMPANY:
        yield Entry(_("经办人"), _("谁能替单位办事、办哪些"), reverse("citizen:mandates"), "key", given)
    else:
        yield Entry(_("委托别人办"), _("请家人替我办，随时收回"), reverse("citizen:mandates"), "key", given)
    if person.role == Role.CITIZEN:
        held = mandates.standing_of(person).count()
        yield Entry(_("替别人办"), _("换成单位或家人的身份"), reverse("citizen:act"), "work", held)
    yield Entry(_("谁看过我的数据"), _("每次读取都有记录"), reverse("citizen:readings"), "eye")


def _account(account: Account, unread: int) -> Iterator[Entry]:
    if inbox := _place("citizen:messages"):
        word = ngettext("%(count)s 条未读", "%(count)s 条未读", unread) % {"count": unread} if unread else ""
        yield Entry(_("消息"), _("告诉过您的都在"), inbox, "bell", word=word)
    yield Entry(_("个人资料"), _("手机号、语言、大字、收件地址"), reverse("citizen:profile"), "user")
    yield Entry(_("账户记录"), _("委托、改手机号、导出，都记着"), reverse("citizen:record"), "lock")
    yield Entry(_("导出我的数据"), _("打包成一份，自己留着"), reverse("citizen:exports"), "download")
    yield Entry(_("帮助"), _("怎么用、有问题找谁"), reverse("citizen:help"), "info")


def _place(name: str) -> str:
    """The address of a page that may not be built in; empty then."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
