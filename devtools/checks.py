"""`./dev test`: every check of the repository, one after the other, and one summary at the end."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devtools import browser, doclinks, variables
from devtools.environment import ROOT, VENV
from devtools.flushing import emptied_if_asked
from devtools.messages import say
from devtools.postgres import TEST_SETTINGS
from devtools.services import addresses, services
from devtools.template import with_template

TEST_SETTINGS_MODULE = "portal.settings.test"
NO_TESTS_COLLECTED = 5
PYTHON = str(VENV / "bin" / "python")
PYTEST = (PYTHON, "-m", "pytest")
NOTHING_SERIAL = "not serial and not journey and not journey_wide and not faults and not faults_wide"
ONE_AT_A_TIME = "(serial or journey or faults) and not journey_wide and not faults_wide"
# What waits most of its time goes first; the others take what it leaves, and are slower than alone.
POLITE = ("nice", "-n", "4")
PATIENT = ("-o", "timeout=300")
Result = tuple[str, bool, float]


@dataclass(frozen=True, slots=True)
class Check:
    """One command that must end with 0 (or with another code that counts as good)."""

    name: str
    command: tuple[str, ...]
    good: tuple[int, ...] = (0,)


LINT = (
    Check("ruff", (PYTHON, "-m", "ruff", "check", ".")),
    Check("format", (PYTHON, "-m", "ruff", "format", "--check", "--quiet", ".")),
    Check("imports", (str(VENV / "bin" / "lint-imports"), "--no-cache")),
    Check("templates", (PYTHON, "-m", "djlint", "--lint", "--quiet", "templates")),
)
TYPES = Check("types", (PYTHON, "-m", "mypy"))
MIGRATIONS = Check("migrations", (PYTHON, "manage.py", "makemigrations", "--check", "--dry-run", "--skip-checks"))
TESTS = (
    Check("tests", (*POLITE, *PYTEST, "-n", "2", *PATIENT, "-m", NOTHING_SERIAL)),
    Check("serial", (*PYTEST, "-m", ONE_AT_A_TIME), good=(0, NO_TESTS_COLLECTED)),
)


def run_everything(var: Path) -> int:
    """All checks under services of their own. 0 if all are good, 1 if one is not.

    The tests that go one at a time leave much of the machine idle: all others run beside them.
    """
    ordinary, serial = TESTS
    with _only_run(var), services(var, TEST_SETTINGS) as where, emptied_if_asked(lambda: where["REDIS_URL"]):
        env = with_template(_test_env(var, where, browser.ensure_browser()))
        with _beside(serial, env | _room(var / "tmp" / serial.name), var / "serial.log") as told:
            results = [_run(check, env) for check in (*LINT, MIGRATIONS, *_compose(), ordinary, TYPES)]
            results.append(("docs", not doclinks.report(ROOT), 0.0))
            results.append(told())
    return _summarise(results)


def run_pytest(var: Path, args: Sequence[str]) -> int:
    """Only the tests that were asked for; pytest's own answer."""
    with _only_run(var), services(var, TEST_SETTINGS) as where, emptied_if_asked(lambda: where["REDIS_URL"]):
        env = with_template(_test_env(var, where, browser.find_browser()))
        return subprocess.run([*PYTEST, *args], cwd=ROOT, env=env, check=False).returncode


def run_checks(var: Path, checks: Sequence[Check]) -> int:
    """Checks that read files only: no service is started for them."""
    env = variables.for_portal(var, TEST_SETTINGS_MODULE, addresses(var))
    return _summarise([_run(check, env) for check in checks])


def fix_style(var: Path) -> int:
    """Let the formatter and the linter mend what they can."""
    fixes = (
        Check("fix", (PYTHON, "-m", "ruff", "check", "--fix", ".")),
        Check("format", (PYTHON, "-m", "ruff", "format", ".")),
    )
    return run_checks(var, fixes)


def _test_env(var: Path, where: dict[str, str], browser_path: str | None) -> dict[str, str]:
    env = variables.for_portal(var, TEST_SETTINGS_MODULE, where)
    env |= {"MEDIA_ROOT": str(var / "media"), **_room(var / "tmp")}
    return env if browser_path is None else {**env, "PORTAL_BROWSER": browser_path}


def _room(folder: Path) -> dict[str, str]:
    """A place of its own for the files of a run: pytest shuts out other users of the place when it begins there,
    and so every PostgreSQL, which has a user of its own, that another run has started there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return {"PYTEST_DEBUG_TEMPROOT": str(folder)}


def _compose() -> tuple[Check, ...]:
    """Docker's own reading of the compose file where Docker is; the tests read it as YAML in any case."""
    probe = ("docker", "compose", "version")
    if shutil.which("docker") is None or subprocess.run(probe, capture_output=True, check=False).returncode != 0:
        return ()
    needed = ("env", "POSTGRES_PASSWORD=checked", "ALLOWED_HOSTS=localhost")
    return (Check("compose", (*needed, "docker", "compose", "config", "--quiet")),)


@contextmanager
def _only_run(var: Path) -> Iterator[None]:
    """Two runs would share one test database: the second waits for the first."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "run.lock").open("w") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say(
                "另一个测试正在运行，等待它结束（PORTAL_VAR 可另设目录）",
                "another test run is on; waiting (PORTAL_VAR sets another folder)",
            )
            fcntl.flock(turn, fcntl.LOCK_EX)
        yield


@contextmanager
def _beside(check: Check, env: Mapping[str, str], log: Path) -> Iterator[Callable[[], Result]]:
    """A check that runs along with those of the block; the call waits for its end and shows what it said."""
    began = time.monotonic()
    say(f"一边运行 {check.name}，日志在 {log}", f"{check.name} runs beside the others; its log is {log}")
    with log.open("wb") as out, ThreadPoolExecutor(1) as waiting:
        process = subprocess.Popen(check.command, cwd=ROOT, env=dict(env), stdout=out, stderr=subprocess.STDOUT)
        ended = waiting.submit(lambda: (process.wait() in check.good, time.monotonic() - began))

        def told() -> Result:
            good, seconds = ended.result()
            _head(check.name)
            print(log.read_text(errors="replace"), flush=True)
            return check.name, good, seconds

        try:
            yield told
        finally:
            process.terminate()


def _head(name: str) -> None:
    print(f"── {name} {'─' * (76 - len(name))}", flush=True)


def _run(check: Check, env: Mapping[str, str]) -> Result:
    _head(check.name)
    began = time.monotonic()
    code = subprocess.run(check.command, cwd=ROOT, env=dict(env), check=False).returncode
    return check.name, code in check.good, time.monotonic() - began


def _summarise(results: Sequence[Result]) -> int:
    print("─" * 80)
    for name, good, seconds in results:
        print(f"{'✓' if good else '✗'} {name:<12} {seconds:6.1f} s")
    failed = [name for name, good, _ in results if not good]
    print(f"未通过：{', '.join(failed)} / failed" if failed else "全部通过 / all good", flush=True)
    return 1 if failed else 0
