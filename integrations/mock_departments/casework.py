"""A department's casework: filing once, accepting, deciding, supplements, changes, withdrawal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .application import Application, body_in, read_application, read_json
from .consequences import Consequences
from .decide import Outcome, Verdict, judge, usual_reasons
from .facts import ApplicationScope
from .files import FINAL, Answer, Files, refusal, script_of
from .library import Library
from .licences import LicenceLibrary
from .registers import Registers
from .results import ResultMaker
from .scripts import Script
from .store import Row, Store

TOLD: dict[str, Outcome] = {"approve": "approve", "reject": "reject", "supplement": "supplement"}
LOOKS_BEFORE_A_PERSON = 5
WAIT_S = 0.5


class Casework:
    """What every department does with its files. Callers hold the transaction."""

    def __init__(
        self,
        store: Store,
        library: Library,
        registers: Registers,
        licences: LicenceLibrary,
        results: ResultMaker,
        consequences: Consequences,
        files: Files,
    ) -> None:
        self._store = store
        self._library = library
        self._registers = registers
        self._licences = licences
        self._results = results
        self._consequences = consequences
        self._files = files

    # -- what the portal asks ---------------------------------------------------------------------------------------
    def file(self, dept: str, key: str, raw: bytes, script: Script) -> Answer:
        """File one application; the same key and bytes again get the same answer and change nothing."""
        earlier = self._files.earlier_answer(dept, key, "applications", raw)
        if earlier:
            return earlier
        row = self._files.open(dept, key, read_application(raw), raw, script.text)
        if self._answers_at_once(row, script):
            row = self.decide(self._files.change(row, "accepted", announce=False), announce=False)
        elif script.decide != "silence":
            row = self._files.set_step(row, "accept", script.accept_s)
        return self._files.keep(dept, key, "applications", raw, self._files.status_answer(row))

    def status(self, dept: str, name: str) -> Answer:
        """What became of an application, by key, by its id or by its receipt number."""
        row = self._files.find(dept, name)
        if row is None:
            return refusal(404, "没有收到过这个办件")
        return Answer(200, self._files.status_body(row))

    def supplement(self, dept: str, name: str, key: str, raw: bytes) -> Answer:
        """Take the answers to a request for supplements and go on deciding."""
        path = f"applications/{name}/supplements"
        earlier = self._files.earlier_answer(dept, key, path, raw)
        if earlier:
            return earlier
        row, body = self._files.find(dept, name), read_json(raw)
        if row is None:
            return refusal(404, "没有收到过这个办件")
        if body.get("owed"):
            return self._files.keep(dept, key, path, raw, self._take_owed(row, body))
        if row["status"] != "supplement":
            return self._files.keep(dept, key, path, raw, Answer(409, self._files.status_body(row)))
        row = self._files.merge(row, body)
        self._store.effect(dept, row["key"], row["sub_id"], "supplemented", str(body.get("round", "")))
        row = self._go_on(row, at_once=self._is_sync(row, script_of(row)) and not script_of(row).is_slow)
        return self._files.keep(dept, key, path, raw, self._files.status_answer(row))

    def _take_owed(self, row: Row, body: Mapping[str, Any]) -> Answer:
        """A paper that was promised for later, or a corrected value: no supplement was asked for, none is counted."""
        row = self._files.merge(row, body, is_round=False)
        self._store.effect(row["dept"], row["key"], row["sub_id"], "owed_paper")
        return self._files.status_answer(row)

    def withdraw(self, dept: str, name: str, raw: bytes) -> Answer:
        """Take an application back unless it has been decided."""
        row, body = self._files.find(dept, name), read_json(raw)
        if row is None:
            return refusal(404, "没有收到过这个办件")
        if row["status"] in FINAL and row["status"] != "withdrawn":
            return Answer(409, self._files.status_body(row))
        if row["status"] != "withdrawn":
            row = self._files.change(row, "withdrawn", announce=False, detail=str(body.get("reason", "")))
            self._files.say_it_late(row)
        return Answer(200, self._files.status_body(row))

    def change(self, dept: str, name: str, raw: bytes) -> Answer:
        """Take changed fields of a live application and decide it anew; one that ended otherwise stays as it is."""
        row, body = self._files.find(dept, name), read_json(raw)
        if row is None:
            return refusal(404, "没有收到过这个办件")
        if row["status"] in FINAL and row["status"] != "approved":
            return Answer(409, self._files.status_body(row))
        row = self._files.merge(row, body)
        self._store.effect(dept, row["key"], row["sub_id"], "changed", str(body.get("round", "")))
        if row["status"] == "approved":
            row = self._go_on(row, at_once=self._answers_at_once(row, script_of(row)), is_new=False)
        return self._files.status_answer(row)

    def _go_on(self, row: Row, *, at_once: bool, is_new: bool = True) -> Row:
        """Decide what came in later: at once where the interface does, else after the usual time."""
        if not at_once:
            delay = script_of(row).deciding_s
            return self._files.change(row, "accepted", step="decide", delay=delay, announce=False)
        if is_new:
            row = self._files.change(row, "accepted", announce=False)
        return self.decide(row, announce=False)

    # -- what happens by and by -------------------------------------------------------------------------------------
    def take_step(self, row: Row) -> None:
        """The next step of an application whose time has come."""
        script = script_of(row)
        step, _, place = row["step"].partition(":")
        if step == "accept" and script.decide == "not_accepted":
            reasons = script.reasons or usual_reasons(self._application(row).item, "reject")
            self._files.change(row, "not_accepted", reasons=reasons)
        elif step == "accept":
            self._files.change(
                row, "accepted", step="special:0" if script.specials else "decide", delay=script.deciding_s
            )
        elif step == "special":
            seconds = float(script.specials[int(place)].get("seconds", 1))
            self._files.change(row, "special_procedure", step=f"special_end:{place}", delay=seconds)
        elif step == "special_end":
            self._end_special(row, script, int(place) + 1)
        elif step == "afterwards":
            self._files.say_afterwards(row, script.afterwards or {})
        else:
            self.decide(row)

    def _end_special(self, row: Row, script: Script, following: int) -> None:
        more = following < len(script.specials)
        step = f"special:{following}" if more else f"decide:{following}"
        self._files.change(row, "special_procedure_ended", step=step, delay=0.05 if more else 0)

    def decide(self, row: Row, *, announce: bool = True) -> Row:
        """Decide an application by script or by the item's rules; a person stands in where a machine may not."""
        script, application = script_of(row), self._application(row)
        scope = ApplicationScope(application, self._library, self._registers, self._licences)
        verdict = self._verdict(row, script, application, scope)
        self._files.note_findings(row, verdict.findings)
        if verdict.outcome == "wait" and row["looks"] < LOOKS_BEFORE_A_PERSON:
            return self._files.look_again(row, max(script.deciding_s, WAIT_S))
        if verdict.outcome == "person" and not announce:
            return self._files.set_step(row, "person", script.deciding_s)
        if verdict.outcome in ("reject", "supplement"):
            status = "rejected" if verdict.outcome == "reject" else "supplement"
            return self._files.change(row, status, reasons=verdict.reasons, announce=announce)
        return self._approve(row, script, application, scope, announce)

    def _verdict(self, row: Row, script: Script, application: Application, scope: ApplicationScope) -> Verdict:
        """What is to be done; a supplement is asked for once, or as often as told; then a person takes the case."""
        told = TOLD.get(script.decide)
        if told == "approve":
            return Verdict("approve")
        if told == "reject" or (told == "supplement" and row["round"] < script.rounds):
            return Verdict(told, script.reasons or usual_reasons(application.item, told))
        verdict = judge(application, scope)
        if verdict.outcome == "reject" and application.body.get("disputed"):
            return Verdict("person", findings=verdict.findings)
        if verdict.outcome == "supplement" and row["round"] > 0:
            return Verdict("person", findings=verdict.findings)
        return verdict

    def _approve(
        self, row: Row, script: Script, application: Application, scope: ApplicationScope, announce: bool
    ) -> Row:
        result = self._results.result(application, scope) | script.result
        self._consequences.follow(application, result)
        later = script.afterwards
        return self._files.change(
            row,
            "approved",
            step="afterwards" if later else None,
            delay=float(later.get("after_s", 1)) if later else 0,
            result=result,
            announce=announce,
        )

    # -- what is known of an application ----------------------------------------------------------------------------
    def _application(self, row: Row) -> Application:
        return Application(body_in(row["body"]), self._library.item(row["bundle"], row["item"]))

    def _is_sync(self, row: Row, script: Script) -> bool:
        item = self._library.item(row["bundle"], row["item"])
        system = self._library.departments.get(row["dept"], {}).get("system", "api-callback")
        connect = script.connect or (item.entry.get("connect") if item else system)
        return connect == "api-sync"

    def _answers_at_once(self, row: Row, script: Script) -> bool:
        return self._is_sync(row, script) and not script.is_slow
