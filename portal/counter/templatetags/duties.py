"""What a department has to do beside its worklist: give out seats, score points."""

from __future__ import annotations

from dataclasses import dataclass

from django import template

from cases import access
from portal.accounts.models import Account

register = template.Library()


@dataclass(frozen=True, slots=True)
class Duties:
    gives_seats: bool
    scores_points: bool


@register.simple_tag
def duties_of(account: Account) -> Duties:
    """The duties that come from the published bundles; nothing is read from the database."""
    return Duties(bool(access.allocations_for(account)), access.scores_points(account))
