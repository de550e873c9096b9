"""The verbs of the door. Each is one function: words after the verb in, exit code out."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from devtools import browser, checks, doclinks, environment, flushing, portal, processes, variables
from devtools.environment import ROOT
from devtools.messages import DoorError, as_door_error, say
from devtools.services import addresses as services_addresses
from devtools.services import services, stop_services, stop_unused
from devtools.supervisor import recorded, stop_recorded

DOOR_ERROR = 2
INTERRUPTED = 130
HELP = frozenset({"-h", "--help"})


@dataclass(frozen=True, slots=True)
class Verb:
    """What a person may ask for."""

    run: Callable[[Sequence[str]], int]
    usage: str
    zh: str
    en: str


def up(args: Sequence[str]) -> int:
    unknown = set(args) - {"--reload"}
    if unknown:
        raise DoorError(f"不认识的选项：{' '.join(sorted(unknown))}", "unknown option; only --reload is known")
    run = portal.Portal(variables.var_folder(), reload="--reload" in args)
    run.refuse_what_cannot_work()
    environment.ensure_environment()
    return run.run()


def test(args: Sequence[str]) -> int:
    """With --flush-redis every Redis of the run is emptied every five seconds."""
    environment.ensure_environment()
    var = variables.var_folder() / "test"
    if flushing.OPTION in args:
        os.environ[flushing.VARIABLE] = str(flushing.EVERY_S)
        args = [word for word in args if word != flushing.OPTION]
    return checks.run_pytest(var, args) if args else checks.run_everything(var)


def lint(args: Sequence[str]) -> int:
    environment.ensure_environment()
    if "--fix" in args:
        return checks.fix_style(variables.var_folder())
    return checks.run_checks(variables.var_folder(), checks.LINT)


def typecheck(args: Sequence[str]) -> int:
    environment.ensure_environment()
    return checks.run_checks(variables.var_folder(), (checks.TYPES,))


def manage(args: Sequence[str]) -> int:
    return _with_services(["manage.py", *args])


def bench(args: Sequence[str]) -> int:
    if not (ROOT / "benchmarks").is_dir():
        raise DoorError("没有 benchmarks 目录", "there is no folder benchmarks")
    return _with_services(["-m", "benchmarks", *args])


def soak(args: Sequence[str]) -> int:
    """The long rehearsal of faults, or with --faults every kind alone. It brings every process of its own."""
    environment.ensure_environment()
    var = variables.var_folder()
    if "--faults" in args:
        others = [word for word in args if word != "--faults"]
        return checks.run_pytest(var / "test", ["tests/faults", "-m", "faults_wide", *others])
    env = variables.for_portal(var, checks.TEST_SETTINGS_MODULE, services_addresses(var))
    return subprocess.run([checks.PYTHON, "-m", "tests.faults.trial", *args], cwd=ROOT, env=env, check=False).returncode


def screens(args: Sequence[str]) -> int:
    """Every page as a picture in every look, measured against the budgets; the portal is started if nobody runs it."""
    environment.ensure_environment()
    if browser.ensure_browser() is None:
        return 1
    with ExitStack() as quiet:
        if not (HELP & set(args) or portal.answers(variables.web_port())):
            _start_quietly(quiet)
        return _with_services(["-m", "devtools.screens", *args])


def mock(args: Sequence[str]) -> int:
    """A word to the mock departments of the running portal."""
    environment.ensure_environment()
    env = {**os.environ, "MOCK_PORT": str(variables.mock_port())}
    command = [checks.PYTHON, "-m", "integrations.mock_departments", *(args or ["status"])]
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


def _with_services(words: Sequence[str]) -> int:
    """One program of ours beside PostgreSQL and Redis, which are started for it if nobody runs them."""
    environment.ensure_environment()
    var = variables.var_folder()
    with services(var, {}) as addresses:
        env = variables.for_portal(var, portal.DEV_SETTINGS, addresses)
        return subprocess.run([checks.PYTHON, *words], cwd=ROOT, env=env, check=False).returncode


def demo(args: Sequence[str]) -> int:
    """Play one case against the running portal, or against one started quietly for the time."""
    environment.ensure_environment()
    with ExitStack() as quiet:
        if not (HELP & set(args) or portal.answers(variables.web_port())):
            _start_quietly(quiet)
        return _with_services(["manage.py", "demo", *args])


def _start_quietly(stack: ExitStack) -> None:
    say("门户没有运行，临时启动", "the portal is not running; starting it for the time")
    var = variables.var_folder()
    var.mkdir(parents=True, exist_ok=True)
    log = stack.enter_context((var / "up.log").open("w"))
    door = subprocess.Popen([sys.executable, str(ROOT / "dev"), "up"], stdout=log, stderr=log, start_new_session=True)
    stack.callback(door.wait)
    stack.callback(door.terminate)
    processes.wait_until(
        lambda: door.poll() is not None or portal.answers(variables.web_port()), portal.READY_TIMEOUT_S
    )
    if door.poll() is not None or not portal.answers(variables.web_port()):
        raise DoorError(f"门户没有起来，日志在 {var / 'up.log'}", f"the portal did not start; see {var / 'up.log'}")


def stop(args: Sequence[str]) -> int:
    """End what an `up` left, wherever it was started, with its services; and services that tests left."""
    var = variables.var_folder()
    ended = stop_recorded(portal.record_of(var))
    if _has_programs():
        stop_services(var)
        stop_unused(var / "test")
    say(f"已停止（{ended} 个进程）", f"stopped ({ended} processes)")
    return 0


def reset(args: Sequence[str]) -> int:
    """Remove all demonstration data, files and keys of this checkout. Packages stay."""
    var = variables.var_folder()
    if "--yes" not in args and not _confirmed(var):
        raise DoorError("没有删除任何东西；确认请加 --yes", "nothing was removed; --yes confirms")
    stop([])
    if recorded(portal.record_of(var)):
        raise DoorError("门户仍在运行，没有删除", "the portal still runs; nothing was removed")
    shutil.rmtree(var, ignore_errors=False) if var.exists() else None
    say(f"已删除 {var}", f"removed {var}")
    return 0


def _confirmed(var: Path) -> bool:
    if not sys.stdin.isatty():
        return False
    return input(f"删除 {var} 里的全部数据？输入 yes / remove all data there? type yes: ").strip() == "yes"


def _has_programs() -> bool:
    """Without an environment nothing of ours can be running."""
    return (environment.VENV / "bin" / "python").exists()


def docs(args: Sequence[str]) -> int:
    return 1 if doclinks.report(ROOT) else 0


def lock(args: Sequence[str]) -> int:
    environment.TOOLS.mkdir(exist_ok=True)
    environment.write_locks(upgrade="--upgrade" in args)
    return 0


def show_help(args: Sequence[str]) -> int:
    for name, verb in VERBS.items():
        print(f"  ./dev {name + ' ' + verb.usage:<22} {verb.zh} / {verb.en}")
    print("\n  PORTAL_VAR PORTAL_PORT MOCK_PORT DATABASE_URL REDIS_URL DEV_NO_UV PORTAL_BROWSER → docs/operator.md")
    return 0


VERBS = {
    "up": Verb(up, "[--reload]", "安装、准备并运行整个门户", "install, prepare and run the whole portal"),
    "test": Verb(test, "[pytest …]", "运行全部检查和测试", "run every check and test, or only the tests named"),
    "demo": Verb(demo, "[CODE]", "演示一件事从申请到办结", "play one bundle from filing to its result"),
    "manage": Verb(manage, "…", "Django 命令", "a Django command"),
    "screens": Verb(
        screens, "[--only …] …", "拍下每个页面并检查", "every page, seen and measured: --out --only --modes"
    ),
    "mock": Verb(mock, "[outage GA 60s …]", "对模拟部门下命令", "a word to the mock departments"),
    "lint": Verb(lint, "[--fix]", "代码风格与分层检查", "style and import contract"),
    "typecheck": Verb(typecheck, "", "类型检查", "static types"),
    "bench": Verb(bench, "…", "性能测试", "benchmarks"),
    "soak": Verb(soak, "[--seed N] …", "长时间故障演练", "a long rehearsal of faults: --submissions --kills --minutes"),
    "docs": Verb(docs, "", "检查文档链接", "check the links of the documents"),
    "lock": Verb(lock, "[--upgrade]", "由 pyproject.toml 更新依赖锁", "write the locks from pyproject.toml"),
    "stop": Verb(stop, "", "停止遗留的进程", "end what is still running"),
    "reset": Verb(reset, "[--yes]", "删除全部演示数据", "remove all demonstration data"),
    "help": Verb(show_help, "", "本说明", "this text"),
}


def main(words: Sequence[str]) -> int:
    """Run one verb. What a person can mend is one line and code 2, never a traceback."""
    name = words[0].lstrip("-") if words else "help"
    signal.signal(signal.SIGTERM, _end_in_order)
    try:
        if name not in VERBS:
            raise DoorError(f"没有这个命令：{words[0]}；见 ./dev help", f"no such verb: {words[0]}; see ./dev help")
        os.chdir(ROOT)
        return VERBS[name].run(words[1:])
    except DoorError as error:
        return _refuse(error)
    except OSError as error:
        sentence = as_door_error(error)
        if sentence is None:
            raise
        return _refuse(sentence)
    except KeyboardInterrupt:
        return INTERRUPTED


def _end_in_order(number: int, frame: FrameType | None) -> NoReturn:
    """SIGTERM unwinds the stack like any exception, so that services are stopped on the way out."""
    raise SystemExit(128 + number)


def _refuse(error: DoorError) -> int:
    print(f"✗ {error}", file=sys.stderr)
    return DOOR_ERROR
