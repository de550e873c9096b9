"""What a worker of Celery does by itself, and what Celery may call. No task carries data."""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutdown, worker_shutting_down

from cases import alarm
from cases.actions.delivery.pumping import pump
from cases.actions.engine.sweep import keep_sweeping, sweep_alone

_stopping = Event()


@shared_task(name="cases.sweep", soft_time_limit=50, time_limit=55)
def sweep() -> None:
    """Find what no nudge announced, what is overdue and what went silent."""
    sweep_alone()


@worker_ready.connect
def begin_to_listen(**_: Any) -> None:
    """Whoever promises something rings; the threads that carry and judge look at once."""
    Thread(target=alarm.listen, args=(pump.wake, _stopping), name="bell", daemon=True).start()


@worker_ready.connect
def begin_to_sweep(**_: Any) -> None:
    """Every worker sweeps by itself: an emptied broker or a dead beat costs seconds, nothing else."""
    Thread(target=keep_sweeping, args=(_stopping,), name="sweep", daemon=True).start()


@worker_shutting_down.connect
def end_listening(**_: Any) -> None:
    _stopping.set()


@worker_shutdown.connect
def end_pumping(**_: Any) -> None:
    pump.end()
