"""What people ask of the department: how much waits, and what was asked about one task."""

from __future__ import annotations

from typing import Any

from django import template

from cases.access import sub_for
from cases.queries.inquiries import count_open, inquiries_about
from portal.accounts.models import Account

register = template.Library()


@register.simple_tag
def asked_count(account: Account) -> int:
    """How many questions and urgings wait for an answer; one small query."""
    return count_open(account)


@register.inclusion_tag("counter/parts/inquiries_of_task.html", takes_context=True)
def inquiries_of_task(context: Any, sub_id: Any) -> dict[str, Any]:
    """Questions and urgings about a task, with their answers."""
    sub = sub_for(context["user"], sub_id)
    return {"rows": inquiries_about(sub) if sub is not None else ()}
