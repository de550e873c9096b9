"""What Celery may call. Tasks carry no data: they only say that it is time to look."""

from __future__ import annotations

from celery import shared_task

from cases.actions.dispatch import pump as run_pump
from cases.actions.sweep import sweep as run_sweep


@shared_task(name="cases.pump", soft_time_limit=50, time_limit=55)
def pump() -> None:
    """Carry whatever is due until nothing is left or the time is up."""
    run_pump()


@shared_task(name="cases.sweep", soft_time_limit=50, time_limit=55)
def sweep() -> None:
    """Find what no nudge announced, what is overdue and what went silent."""
    run_sweep()
