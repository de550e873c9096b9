"""What is done to the portal on purpose. Each injury heals itself and says since when the portal could work again.

The numbers are those of the catalogue in docs/reliability.md.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from tests.factories.waiting import wait_for
from tests.faults.trial.stack import TrialStack

DEPARTMENTS = ("JK", "GA", "YB", "RS", "WJ")
LEASE_S = 20.0
# Goals in seconds: pages answer ten seconds after the database does and thirty after the web was killed; a worker is
# missed no longer than its lease and a look, and Redis no longer than a minute. Nothing else may cost a minute.
ANSWERS_GOAL_S, POSTGRES_GOAL_S, START_GOAL_S = 60.0, 10.0, 30.0
TAKEN_UP_GOAL_S, REDIS_GOAL_S = 30.0, 60.0


@dataclass(frozen=True, slots=True)
class Injury:
    """One kind. `inflict` ends when the cause is gone; where it is awaited, the next comes when its traces are gone."""

    name: str
    faults: str
    inflict: Callable[[TrialStack, Random], None]
    answers_goal_s: float = ANSWERS_GOAL_S
    taken_up_goal_s: float = REDIS_GOAL_S
    is_kill: bool = False
    is_awaited: bool = False


# -- processes of the portal ------------------------------------------------------------------------------------------
def kill_worker(stack: TrialStack, chance: Random) -> None:
    stack.kill_part("worker")
    stack.start_part("worker")


def kill_web(stack: TrialStack, chance: Random) -> None:
    stack.kill_part("web")
    stack.start_part("web")


def freeze_worker(stack: TrialStack, chance: Random) -> None:
    """Past its lease, while another one works; then it wakes in the middle of what it did."""
    stack.start_part("worker.2")
    stack.pause_part("worker")
    time.sleep(LEASE_S + 5)
    stack.resume_part("worker")
    time.sleep(2)
    stack.end_part("worker.2")


def deploy(stack: TrialStack, chance: Random) -> None:
    """Warm shutdown and start; now and then an impatient second word, or SIGQUIT."""
    stack.end_part("worker", chance.choice((signal.SIGTERM, signal.SIGTERM, signal.SIGQUIT)))
    stack.start_part("worker")


def crowd_of_workers(stack: TrialStack, chance: Random) -> None:
    """Two more workers for a while, each with a sweeper of its own."""
    for label in ("worker.2", "worker.3"):
        stack.start_part(label)
    time.sleep(15)
    for label in ("worker.2", "worker.3"):
        stack.end_part(label)


# -- Redis ------------------------------------------------------------------------------------------------------------
def empty_redis(stack: TrialStack, chance: Random) -> None:
    for _ in range(3):
        stack.flush_redis()
        time.sleep(1)


def kill_redis(stack: TrialStack, chance: Random) -> None:
    stack.kill_redis()
    time.sleep(chance.uniform(0, 5))
    stack.start_redis()


def freeze_redis(stack: TrialStack, chance: Random) -> None:
    stack.pause_redis()
    time.sleep(10)
    stack.resume_redis()


def fill_redis(stack: TrialStack, chance: Random) -> None:
    policy = chance.choice(("noeviction", "allkeys-lru"))
    stack.ask_redis(f"CONFIG SET maxmemory-policy {policy}")
    stack.ask_redis("CONFIG SET maxmemory 1mb")
    time.sleep(5)
    stack.ask_redis("CONFIG SET maxmemory 0")


def cut_redis(stack: TrialStack, chance: Random) -> None:
    """Twenty times in three seconds."""
    for _ in range(20):
        stack.ask_redis("CLIENT KILL TYPE normal")
        stack.ask_redis("CLIENT KILL TYPE pubsub")
        time.sleep(0.15)


# -- PostgreSQL and the line to it ------------------------------------------------------------------------------------
def kill_postgres(stack: TrialStack, chance: Random) -> None:
    stack.postgres.kill()
    time.sleep(chance.uniform(0, 2))
    stack.postgres.come_back()


def stop_postgres_at_once(stack: TrialStack, chance: Random) -> None:
    stack.postgres.stop_at_once()
    time.sleep(chance.uniform(0, 2))
    stack.postgres.come_back()


def restart_postgres(stack: TrialStack, chance: Random) -> None:
    stack.postgres.stop_fast()
    stack.postgres.come_back()


def cut_line(stack: TrialStack, chance: Random) -> None:
    for _ in range(5):
        stack.postgres.line("cut")
        time.sleep(chance.uniform(0.05, 0.5))


def lose_commits(stack: TrialStack, chance: Random) -> None:
    """Five commits are carried out and nobody learns it; five never arrive."""
    stack.postgres.line("commits after 5")
    stack.postgres.line("commits before 5")
    with suppress(AssertionError):
        wait_for(lambda: not any(stack.postgres.line("standing")["to_cut"].values()), 10)
    stack.postgres.line("heal")


def slow_line(stack: TrialStack, chance: Random) -> None:
    stack.postgres.line("delay 100")
    time.sleep(4)
    stack.postgres.line("heal")


def hanging_line(stack: TrialStack, chance: Random) -> None:
    stack.postgres.line("hang")
    time.sleep(6)
    stack.postgres.line("heal")


def crowd_out(stack: TrialStack, chance: Random) -> None:
    with stack.crowded():
        time.sleep(5)


def hold_rows(stack: TrialStack, chance: Random) -> None:
    """Somebody opens a transaction, takes the row of open cases and does not go on."""
    with stack.database_cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM cases_case WHERE state = 'in_progress' LIMIT 5 FOR UPDATE SKIP LOCKED")
        time.sleep(8)
        cursor.execute("ROLLBACK")


# -- departments ------------------------------------------------------------------------------------------------------
def lose_answers(stack: TrialStack, chance: Random) -> None:
    """What was done is not answered, in every way there is."""
    for fault in ("exec_500", "exec_cut", "exec_garbage", "exec_wrong_schema", "exec_wrong_receipt", "exec_redirect"):
        stack.mock.control("behaviour", dept=chance.choice(DEPARTMENTS), faults={fault: True}, times=2)
    for fault in ("error500", "error503", "error429"):
        stack.mock.control("behaviour", dept=chance.choice(DEPARTMENTS), faults={fault: True}, times=2)


def heavy_answers(stack: TrialStack, chance: Random) -> None:
    """Deep, big, dripping and hanging ones, after the deed."""
    heavy = {"exec_deep_json": True, "exec_big": True, "slow_drip": 0.3, "exec_hang": 12}
    for fault, value in heavy.items():
        stack.mock.control("behaviour", dept=chance.choice(DEPARTMENTS), faults={fault: value}, times=1)


def send_away(stack: TrialStack, chance: Random) -> None:
    mode = chance.choice(("cut", "503"))
    stack.mock.control("outage", dept=chance.choice(DEPARTMENTS), seconds=10, mode=mode)
    time.sleep(10)


def hanging_department(stack: TrialStack, chance: Random) -> None:
    """It takes connections and says nothing, ten seconds long for each of its next twenty callers."""
    stack.mock.control("behaviour", dept=chance.choice(DEPARTMENTS), faults={"hang_s": 10}, times=20)
    time.sleep(10)
    stack.mock.control("reset")


def noisy_callbacks(stack: TrialStack, chance: Random) -> None:
    """For a while every callback comes with forgeries, three times and in the wrong order."""
    hostile = ("forged", "tamper", "cross_dept", "unknown_case", "garbage_body", "replay_old")
    faults = dict.fromkeys(hostile, True) | {"duplicate": 2, "out_of_order": True}
    stack.mock.control("behaviour", faults=faults, times=20)


# -- operators --------------------------------------------------------------------------------------------------------
def publish_again(stack: TrialStack, chance: Random) -> None:
    """The bundle gets a new version in the middle of everything."""
    text = (stack.folder / "library" / "bundles" / "99_trial.yaml").read_text("utf-8")
    fresh = stack.folder / "again.yaml"
    fresh.write_text(text.replace("故障演练, src", f"故障演练{chance.randrange(10**6)}, src"), "utf-8")
    stack.manage("load_bundle", str(fresh), "--publish")


INJURIES: tuple[Injury, ...] = (
    Injury("worker killed", "F1", kill_worker, taken_up_goal_s=TAKEN_UP_GOAL_S, is_kill=True, is_awaited=True),
    Injury("web killed", "F1", kill_web, answers_goal_s=START_GOAL_S, is_kill=True),
    Injury("worker frozen beyond its lease", "F4", freeze_worker),
    Injury("worker deployed anew", "F5", deploy),
    Injury("three workers", "F45", crowd_of_workers),
    Injury("Redis emptied", "F7", empty_redis, is_awaited=True),
    Injury("Redis killed", "F8", kill_redis, is_kill=True, is_awaited=True),
    Injury("Redis frozen", "F9", freeze_redis, is_awaited=True),
    Injury("Redis full", "F10", fill_redis),
    Injury("Redis cut 20 times", "F11", cut_redis),
    Injury("PostgreSQL killed", "F12", kill_postgres, answers_goal_s=POSTGRES_GOAL_S, is_kill=True),
    Injury("PostgreSQL stopped at once", "F12", stop_postgres_at_once, answers_goal_s=POSTGRES_GOAL_S, is_kill=True),
    Injury("PostgreSQL restarted", "F12", restart_postgres, answers_goal_s=POSTGRES_GOAL_S),
    Injury("line cut", "F13", cut_line, answers_goal_s=POSTGRES_GOAL_S),
    Injury("commits lost", "F14", lose_commits),
    Injury("line slow", "F15", slow_line),
    Injury("line hangs", "F15", hanging_line),
    Injury("connections exhausted", "F16", crowd_out),
    Injury("rows held", "F16", hold_rows),
    Injury("answers lost", "F19-F26", lose_answers),
    Injury("heavy answers", "F21-F24", heavy_answers),
    Injury("department away", "F27", send_away),
    Injury("department hangs", "F21", hanging_department),
    Injury("noisy callbacks", "F30-F34", noisy_callbacks),
    Injury("bundle published anew", "F40", publish_again),
)
BY_NAME = {injury.name: injury for injury in INJURIES}
