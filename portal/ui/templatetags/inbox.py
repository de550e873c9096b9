"""How many messages nobody has looked at yet, for the head of every page."""

from __future__ import annotations

from typing import Any

from django import template

from cases.queries.messages import unread_count

register = template.Library()
WITH_INBOX = frozenset({"citizen", "company"})


@register.simple_tag
def unread_of(user: Any) -> int:
    """Unread messages of whoever is signed in as an applicant; one small query, none for anybody else."""
    return unread_count(user) if getattr(user, "role", "") in WITH_INBOX else 0
