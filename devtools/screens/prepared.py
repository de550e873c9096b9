"""Cases in many states, filed through the portal's own API by the demo people; departments are told how to behave.

What was made is kept in a file, so that a second run shows the same cases.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from cases.errors import CaseError
from devtools.messages import say
from devtools.screens import scenes
from portal.demo import walk
from portal.demo.api_client import ApiClient, Refused
from portal.seed_check.filler import CannotFill
from portal.seed_check.walk import Stuck

PATIENCE_S = 60.0
POLL_S = 0.5
HELD_S = 36_000
NOT_MADE = (Refused, walk.NotAsExpected, TimeoutError, CaseError, CannotFill, Stuck, LookupError, OSError)


class Preparation:
    """Makes what the list of pages asks for; `made` maps a name to the id of a case, @name to whose it is."""

    def __init__(self, base_url: str, mock_url: str, kept_in: Path) -> None:
        self.base_url, self.mock_url, self.kept_in = base_url, mock_url, kept_in
        self.made: dict[str, str] = json.loads(kept_in.read_text()) if kept_in.exists() else {}

    def make(self, names: frozenset[str]) -> dict[str, str]:
        """Everything that is asked for and not there yet. What cannot be made is said and left out."""
        self._forget_what_is_gone()
        for name in ORDER:
            if name in names and name not in self.made:
                self._make_one(name)
        for name in scenes.SCENES:
            if names & {name, f"@{name}"} and name not in self.made:
                self._make_one(name)
        return self.made

    def _make_one(self, name: str) -> None:
        say(f"准备 {name}", f"preparing {name}")
        try:
            self._make(name)
        except NOT_MADE as error:
            say(f"{name} 没准备成：{error}", f"{name} could not be prepared")
            return
        self.kept_in.parent.mkdir(parents=True, exist_ok=True)
        self.kept_in.write_text(json.dumps(self.made, indent=1))

    def _make(self, name: str) -> None:
        if name in MAKERS:
            self.made[name] = MAKERS[name](self)
            return
        case, username = scenes.play(scenes.SCENES[name], self._tell, self._people())
        self.made |= {name: case, f"@{name}": username}

    def _tell(self, word: str, **body: Any) -> Any:
        return self.control(word, body)

    def _people(self) -> Any:
        with urllib.request.urlopen(f"{self.mock_url}/_control/people", timeout=10) as answer:
            return json.load(answer)

    def _forget_what_is_gone(self) -> None:
        """The database may be another one than last time."""
        for name in scenes.SCENES:
            if name in self.made and not scenes.is_there(self.made[name], self.made[f"@{name}"]):
                del self.made[name], self.made[f"@{name}"]
        for name, case in [one for one in self.made.items() if one[0] in MAKERS]:
            person = ApiClient(self.base_url, APPLICANTS[name])
            kind = "drafts" if name in DRAFTS else "cases"
            try:
                person.get(f"/{kind}/{case}/")
            except Refused:
                del self.made[name]

    # -- filing ------------------------------------------------------------------------------------------------------
    def draft(self, code: str, *, typed: bool = True) -> str:
        plan = walk.scenario(code)
        plan = plan if typed else {**plan, "fields": {}, "rows": {}, "upload": []}
        return str(walk.fill(ApiClient(self.base_url, plan["applicant"]), plan)["id"])

    def filed(self, code: str, changed: Mapping[str, Any] | None = None) -> str:
        """Handed in; whoever else must agree has not been asked yet."""
        plan = walk.scenario(code)
        plan["fields"] = {**plan["fields"], **(changed or {})}
        person = ApiClient(self.base_url, plan["applicant"])
        draft = walk.fill(person, plan)
        case = person.post(f"/drafts/{draft['id']}/submit/", {}, Idempotency_Key=uuid4().hex)
        return str(case["id"])

    def agreed(self, code: str) -> str:
        case = self.filed(code)
        for username in walk.scenario(code)["authorises"]:
            walk.authorise(ApiClient(self.base_url, username), case)
        return case

    def until(self, code: str, case: str, reached: Callable[[Mapping[str, Any]], bool]) -> str:
        """Wait until the case is where it should be. Raises TimeoutError."""
        person, until = ApiClient(self.base_url, walk.scenario(code)["applicant"]), time.monotonic() + PATIENCE_S
        while not reached(person.get(f"/cases/{case}/")):
            if time.monotonic() > until:
                raise TimeoutError(f"办件 {case} 没有走到要的状态")
            time.sleep(POLL_S)
        return case

    # -- departments -------------------------------------------------------------------------------------------------
    @contextmanager
    def departments(self, **behaviour: Any) -> Iterator[None]:
        """Departments behave so for the block."""
        number = self.control("behaviour", behaviour)["id"]
        try:
            yield
        finally:
            with suppress(OSError):
                self.control("behaviour", {"end": number})

    def control(self, word: str, body: Mapping[str, Any]) -> Any:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.mock_url}/_control/{word}", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


def _done(made: Preparation) -> str:
    return made.until("XSECS", made.agreed("XSECS"), lambda case: case["state"] == "concluded")


def _running(made: Preparation) -> str:
    with made.departments(bundle="XSECS", decide_s=HELD_S):
        return made.until("XSECS", made.agreed("XSECS"), lambda case: "accepted" in _states(case))


def _supplement(made: Preparation) -> str:
    with made.departments(bundle="ZTYS", decide="supplement"):
        return made.until("ZTYS", made.filed("ZTYS"), lambda case: case["state"] == "awaiting_applicant")


def _refused(made: Preparation) -> str:
    with made.departments(bundle="ZTYS", decide="reject"):
        return made.until("ZTYS", made.filed("ZTYS"), lambda case: case["state"] == "concluded")


def _states(case: Mapping[str, Any]) -> set[str]:
    return {str(item["state"]) for item in case["items"]}


DRAFTS = frozenset({"fresh", "draft"})
MAKERS: dict[str, Callable[[Preparation], str]] = {
    "done": _done,
    "running": _running,
    "asked": lambda made: made.filed("XSECS"),
    "supplement": _supplement,
    "refused": _refused,
    "company": lambda made: made.until("ZTYS", made.filed("ZTYS"), lambda case: case["state"] == "concluded"),
    "draft": lambda made: made.draft("XSECS"),
    "fresh": lambda made: made.draft("XSECS", typed=False),
}
ORDER = tuple(MAKERS)
APPLICANTS = {name: "muck" if name in ("supplement", "refused", "company") else "lin" for name in MAKERS}
