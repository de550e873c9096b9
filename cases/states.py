"""The two machines in words: states, and the named sets that queries and rules use. Drawn in docs/states.md."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CaseState(TextChoices):
    """States of a case (办件)."""

    DRAFT = "draft", _("草稿")
    AWAITING_PARTIES = "awaiting_parties", _("等对方确认")
    SUBMITTED = "submitted", _("已提交")
    IN_PROGRESS = "in_progress", _("办理中")
    AWAITING_APPLICANT = "awaiting_applicant", _("等您处理")
    CONCLUDED = "concluded", _("已办结")
    WITHDRAWN = "withdrawn", _("已撤回")
    LAPSED = "lapsed", _("已失效")


class Outcome(TextChoices):
    """What a concluded case came to; partly is 部分办结."""

    ALL = "all", _("全部办成")
    PARTLY = "partly", _("部分办成")
    NONE = "none", _("未办成")


class SubState(TextChoices):
    """States of a sub-application (子办件)."""

    WAITING = "waiting", _("等前一件")
    READY = "ready", _("准备送出")
    DISPATCHED = "dispatched", _("已送出")
    RECEIVED = "received", _("部门已收件")
    ACCEPTED = "accepted", _("已受理")
    SUPPLEMENT_REQUESTED = "supplement_requested", _("等您补正")
    SPECIAL_PROCEDURE = "special_procedure", _("特别程序中")
    APPROVED = "approved", _("办好了")
    REJECTED = "rejected", _("未通过")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    WITHDRAWN = "withdrawn", _("已撤回")
    CANCELLED = "cancelled", _("不再办理")
    LAPSED = "lapsed", _("已终止")


class DeliveryState(TextChoices):
    """States of a promise to a department (outbox row)."""

    DUE = "due", _("待送")
    DONE = "done", _("已送达")
    REFUSED = "refused", _("被退回")
    CANCELLED = "cancelled", _("已取消")
    SUPERSEDED = "superseded", _("已由更正后的取代")


CASE_OPEN = frozenset(
    {CaseState.AWAITING_PARTIES, CaseState.SUBMITTED, CaseState.IN_PROGRESS, CaseState.AWAITING_APPLICANT}
)
CASE_FINAL = frozenset({CaseState.CONCLUDED, CaseState.WITHDRAWN, CaseState.LAPSED})

SUB_FINAL = frozenset(
    {
        SubState.APPROVED,
        SubState.REJECTED,
        SubState.NOT_ACCEPTED,
        SubState.WITHDRAWN,
        SubState.CANCELLED,
        SubState.LAPSED,
    }
)
SUB_REFUSED = frozenset({SubState.REJECTED, SubState.NOT_ACCEPTED})
SUB_DECIDED = frozenset({SubState.APPROVED}) | SUB_REFUSED
SUB_WITH_DEPARTMENT = frozenset({SubState.DISPATCHED, SubState.RECEIVED, SubState.ACCEPTED, SubState.SPECIAL_PROCEDURE})
SUB_ACCEPTED_OR_LATER = frozenset({SubState.ACCEPTED, SubState.SPECIAL_PROCEDURE, SubState.APPROVED, SubState.REJECTED})
