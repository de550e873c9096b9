"""A word to the mock departments that run: ``outage GA 60s``, ``scenario everything``, ``reset``, ``status``."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .conditions import OUTAGE_MODES

COMMANDS = ("outage", "department", "forget", "behave", "scenario", "stop", "reset", "status")
TIMEOUT_S = 10
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)?")
_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}


class Refused(Exception):
    """The process does not run, or did not understand; the message says which."""


def seconds(text: str) -> float:
    """``60s``, ``1.5m`` or ``90`` as seconds."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"看不懂的时长 {text}（写成 60s、5m、1h）")
    return float(found[1]) * _UNIT_S[found[2]]


def parser() -> argparse.ArgumentParser:
    """What may be said."""
    made = argparse.ArgumentParser(prog="mock_departments", description="对正在运行的模拟部门下命令")
    address = f"http://127.0.0.1:{os.environ.get('MOCK_PORT', '8765')}"
    made.add_argument("--url", default=os.environ.get("MOCK_URL", address), help="模拟部门的地址")
    verbs = made.add_subparsers(dest="verb", required=True)
    outage = verbs.add_parser("outage", help="让一个部门停机：outage GA 60s")
    outage.add_argument("dept")
    outage.add_argument("seconds", type=seconds, help="多久；0 表示恢复")
    outage.add_argument("--mode", choices=OUTAGE_MODES, default="cut")
    department = verbs.add_parser("department", help="改变一个部门的状态：department SW keys=false query=false")
    department.add_argument("dept", help="部门代码；all 表示全部")
    department.add_argument("settings", nargs="+", metavar="名称=值")
    forget = verbs.add_parser("forget", help="从备份恢复，忘了最近的件：forget WJ 30s")
    forget.add_argument("dept")
    forget.add_argument("since_s", type=seconds, nargs="?")
    behave = verbs.add_parser("behave", help="加一条行为：behave dept=GA 'faults={\"exec_cut\": true}' times=1")
    behave.add_argument("settings", nargs="+", metavar="名称=值")
    scenario = verbs.add_parser("scenario", help="上演一个剧本：随附的名称，或者文件")
    scenario.add_argument("name")
    scenario.add_argument("--seed", type=int)
    for verb, text in (("stop", "停止剧本"), ("status", "现在怎样")):
        verbs.add_parser(verb, help=text)
    reset = verbs.add_parser("reset", help="恢复正常")
    reset.add_argument("--records", action="store_true", help="连同收到的一切一起清空")
    return made


def main(words: list[str]) -> int:
    """Say it; 0 when it was understood."""
    said = parser().parse_args(words)
    try:
        answer = _SAY[said.verb](said)
    except Refused as refusal:
        print(f"✗ {refusal}", file=sys.stderr)
        return 1
    print(json.dumps(answer, ensure_ascii=False, indent=2))
    return 0


def _outage(said: argparse.Namespace) -> Any:
    return _post(said.url, "outage", {"dept": said.dept, "seconds": said.seconds, "mode": said.mode})


def _department(said: argparse.Namespace) -> Any:
    dept = "" if said.dept == "all" else said.dept
    return _post(said.url, "department", {"dept": dept, **_pairs(said.settings)})


def _forget(said: argparse.Namespace) -> Any:
    since = {} if said.since_s is None else {"since_s": said.since_s}
    return _post(said.url, "forget", {"dept": said.dept, **since})


def _behave(said: argparse.Namespace) -> Any:
    return _post(said.url, "behaviour", _pairs(said.settings))


def _scenario(said: argparse.Namespace) -> Any:
    path = Path(said.name)
    what = {"text": path.read_text("utf-8")} if path.is_file() else {"name": said.name}
    return _post(said.url, "scenario", {**what, "seed": said.seed})


def _reset(said: argparse.Namespace) -> Any:
    return _post(said.url, "reset", {"records": said.records})


def _status(said: argparse.Namespace) -> Any:
    """The picture without what only a page can show, and without departments that have nothing."""
    told = _call(f"{said.url}/_control/live?once=1", None)
    shown = ("applications", "waiting", "condition", "outage", "told")
    departments = {one["code"]: {name: one[name] for name in shown if one[name]} for one in told["departments"]}
    short = {name: told[name] for name in ("now", "totals", "everywhere", "behaviours", "scenario")}
    return {**short, "departments": {code: one for code, one in departments.items() if one}}


_SAY: dict[str, Callable[[argparse.Namespace], Any]] = {
    "outage": _outage,
    "department": _department,
    "forget": _forget,
    "behave": _behave,
    "scenario": _scenario,
    "stop": lambda said: _post(said.url, "scenario", {"stop": True}),
    "reset": _reset,
    "status": _status,
}


def _pairs(words: list[str]) -> dict[str, Any]:
    """``name=value`` words; a value that is JSON is read as such, any other is a text."""
    pairs = {}
    for word in words:
        name, _, text = word.partition("=")
        try:
            pairs[name] = json.loads(text)
        except ValueError:
            pairs[name] = text
    return pairs


def _post(url: str, verb: str, body: dict[str, Any]) -> Any:
    return _call(f"{url}/_control/{verb}", json.dumps(body).encode())


def _call(address: str, body: bytes | None) -> Any:
    request = urllib.request.Request(address, body, method="GET" if body is None else "POST")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise Refused(_message(error.read())) from error
    except OSError as error:
        raise Refused(f"{address} 没有答复；模拟部门在运行吗？（./dev up）") from error


def _message(raw: bytes) -> str:
    try:
        return str(json.loads(raw)["message"])
    except (KeyError, TypeError, ValueError):
        return raw.decode("utf-8", "replace")
