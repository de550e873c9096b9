"""The trail of an account in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.queries.worklist import masked_name
from portal.accounts.models import Account, AccountEvent

SENTENCES = {
    "mandate.given": gettext_lazy("发出了一份委托"),
    "mandate.legal": gettext_lazy("登记了法定代表人"),
    "body.asked": gettext_lazy("核对是不是单位的法定代表人"),
    "mandate.accepted": gettext_lazy("对方接受了委托"),
    "mandate.taken": gettext_lazy("接受了一份委托"),
    "mandate.declined": gettext_lazy("对方谢绝了委托"),
    "mandate.revoked": gettext_lazy("收回了一份委托"),
    "mandate.resigned": gettext_lazy("对方不再代办"),
    "acting.begun": gettext_lazy("受托人开始替您办事"),
    "phone.changed": gettext_lazy("换了手机号"),
    "messages.chosen": gettext_lazy("改了消息设置"),
    "export.asked": gettext_lazy("要了一份数据副本"),
    "export.taken": gettext_lazy("下载了数据副本"),
    "closing.asked": gettext_lazy("申请注销账户"),
    "closing.cancelled": gettext_lazy("恢复了账户"),
    "closing.stopped": gettext_lazy("有没办完的办件，没有注销"),
    "account.closed": gettext_lazy("账户已注销"),
}


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    text: str
    who: str


def lines(events: Iterable[AccountEvent], owner: Account) -> Sequence[Line]:
    """Newest first; other people by their masked names."""
    return [Line(one.at, str(SENTENCES.get(one.kind, one.kind)), _who(one, owner)) for one in events]


def _who(event: AccountEvent, owner: Account) -> str:
    if event.by is None:
        return _("平台")
    return _("您本人") if event.by_id == owner.pk else masked_name(event.by.name)
