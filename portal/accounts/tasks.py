"""What Celery may call for accounts. The task carries no data: it only says that it is time to look."""

from __future__ import annotations

from celery import shared_task

from portal.accounts import closing, exporting


@shared_task(name="accounts.round", soft_time_limit=300, time_limit=330)
def round_of_accounts() -> None:
    """Make copies that were asked for, delete old ones, close accounts whose day has come."""
    exporting.carry_on()
    closing.carry_on()
