"""More departments that break one sentence each: of what follows a filing, of callbacks, of shared data."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import uuid4

from tests.contracts.mutants import caught_by
from tests.contracts.well_behaved import DECIDED, Said, WellBehaved


@caught_by("L1")
class AsksTheSameAgain(WellBehaved):
    def supplement(self, filing: dict[str, Any], sent: dict[str, Any]) -> Said:
        return 200, self.told(filing)


@caught_by("L2")
class LosesSupplements(WellBehaved):
    def repeated(self, key: str, sent: bytes) -> Said:
        return (500, {}) if b"/supplements" in sent else super().repeated(key, sent)


@caught_by("L3")
class ReopensTheDecided(WellBehaved):
    is_sync = True

    def supplement(self, filing: dict[str, Any], sent: dict[str, Any]) -> Said:
        filing |= {"status": "accepted"}
        return 202, self.told(filing)


@caught_by("L4")
class TakesNothingOwed(WellBehaved):
    def supplement(self, filing: dict[str, Any], sent: dict[str, Any]) -> Said:
        return (422, {}) if sent.get("owed") else super().supplement(filing, sent)


@caught_by("L5")
class SaysWithdrawnAndGoesOn(WellBehaved):
    def withdraw(self, filing: dict[str, Any], sent: dict[str, Any]) -> Said:
        return 200, self.told(filing) | {"status": "withdrawn"}


@caught_by("L6")
class WithdrawsOnceOnly(WellBehaved):
    def withdraw(self, filing: dict[str, Any], sent: dict[str, Any]) -> Said:
        return (422, {}) if filing["status"] == "withdrawn" else super().withdraw(filing, sent)


@caught_by("L7")
class WithdrawsTheDecided(WellBehaved):
    def withdraw(self, filing: dict[str, Any], sent: dict[str, Any]) -> Said:
        filing |= {"status": "withdrawn"}
        return 200, self.told(filing)


@caught_by("L8")
class KnowsNoChanges(WellBehaved):
    def change(self, filing: dict[str, Any], sent: dict[str, Any]) -> Said:
        return 404, {}


@caught_by("L9")
class AnswersChangesOnce(WellBehaved):
    def repeated(self, key: str, sent: bytes) -> Said:
        return (422, {}) if b"/changes" in sent else super().repeated(key, sent)


@caught_by("L10")
class MakesUpFilings(WellBehaved):
    def carry_out(self, key: str, below: list[str], sent: dict[str, Any]) -> Said:
        code, said = super().carry_out(key, below, sent)
        return (200, {"status": "withdrawn"}) if code == 404 and below[-1] == "withdraw" else (code, said)


@caught_by("R1")
class BreaksOverGarbage(WellBehaved):
    def not_in_contract(self) -> Said:
        return 500, {}


@caught_by("R2")
class FilesAnything(WellBehaved):
    def file(self, key: str, sent: dict[str, Any]) -> Said:
        return super().file(key, {"contract": 1, "fields": {}, "sub_application_id": str(uuid4())} | sent)


@caught_by("R3")
class TakesAnySize(WellBehaved):
    def is_too_large(self, size: int) -> bool:
        return False


@caught_by("R4")
class BreaksOverDepth(WellBehaved):
    def read(self, body: bytes) -> dict[str, Any]:
        if b"[" * 1000 in body:
            raise OSError("stack")
        return super().read(body)

    def receive(self, method: str, path: str, headers: Any, size: int, body: bytes) -> Said:
        try:
            return super().receive(method, path, headers, size, body)
        except OSError:
            return 502, {}


@caught_by("R5")
class BreaksOverTypes(WellBehaved):
    def receive(self, method: str, path: str, headers: Any, size: int, body: bytes) -> Said:
        is_odd = b'"materials": {}' in body
        return (500, {}) if is_odd else super().receive(method, path, headers, size, body)


@caught_by("R6")
class MakesUpKeys(WellBehaved):
    def once(self, key: str | None, path: str, body: bytes) -> Said:
        return super().once(key or str(uuid4()), path, body)


@caught_by("R7")
class TakesEveryPath(WellBehaved):
    def carry_out(self, key: str, below: list[str], sent: dict[str, Any]) -> Said:
        return (200, {}) if below[-1:] == ["nothing"] else super().carry_out(key, below, sent)


@caught_by("R8")
class StaysDown(WellBehaved):
    is_down = False

    def receive(self, method: str, path: str, headers: Any, size: int, body: bytes) -> Said:
        self.is_down = self.is_down or body.startswith(b"\0")
        return (500, {}) if self.is_down else super().receive(method, path, headers, size, body)


@caught_by("B1")
class NeverCallsBack(WellBehaved):
    def tell(self, url: str, event: dict[str, Any]) -> None:
        """Not a word."""


@caught_by("B2")
class SignsTheWholeAddress(WellBehaved):
    def callback_text(self, path: str, stamp: str, nonce: str, body: bytes) -> bytes:
        return "\n".join(["POST", f"http://portal{path}", stamp, nonce, hashlib.sha256(body).hexdigest()]).encode()


@caught_by("B3")
class NamesTheEventTwice(WellBehaved):
    def headers_of(self, url: str, event: dict[str, Any], body: bytes) -> dict[str, str]:
        return super().headers_of(url, event, body) | {"X-Event-Id": str(uuid4())}


@caught_by("B3")
class HasNoOffset(WellBehaved):
    def event(self, filing: dict[str, Any]) -> dict[str, Any]:
        return super().event(filing) | {"occurred_at": "2026-11-22T09:30:00"}


@caught_by("B4")
class TellsTwoStories(WellBehaved):
    def tell(self, url: str, event: dict[str, Any]) -> None:
        super().tell(url, event | {"event_id": str(uuid4()), "status": "rejected", "reasons": [{"text": "否"}]})
        super().tell(url, event)


@caught_by("B5")
class TellsOnce(WellBehaved):
    def is_settled(self, status: int) -> bool:
        return status != 0


@caught_by("B5")
class NamesEachTryAnew(WellBehaved):
    def post(self, url: str, event: dict[str, Any], body: bytes) -> int:
        event = event | {"event_id": str(uuid4())}
        return super().post(url, event, json.dumps(event).encode())


@caught_by("B5")
class WritesEachTryAnew(WellBehaved):
    def post(self, url: str, event: dict[str, Any], body: bytes) -> int:
        tries = self.__dict__.setdefault("tries", [])
        tries.append(url)
        return super().post(url, event, json.dumps(event | {"seq": len(tries)}).encode())


@caught_by("B5")
class SignsOnce(WellBehaved):
    """The headers of the first try with every other: a replay, to the portal."""

    def headers_of(self, url: str, event: dict[str, Any], body: bytes) -> dict[str, str]:
        held = self.__dict__.setdefault("signed", {})
        if event["event_id"] not in held:
            held[event["event_id"]] = super().headers_of(url, event, body)
        return dict(held[event["event_id"]])


@caught_by("B6")
class TakesSilenceForYes(WellBehaved):
    def is_settled(self, status: int) -> bool:
        return status != 503


@caught_by("B7")
class NeverStops(WellBehaved):
    def is_settled(self, status: int) -> bool:
        return False


@caught_by("B8")
class Insists(WellBehaved):
    def is_settled(self, status: int) -> bool:
        return 200 <= status < 300


@caught_by("B9")
class SaysOtherwiseWhenAsked(WellBehaved):
    def status_of(self, name: str) -> Said:
        code, said = super().status_of(name)
        return code, said | ({"result": {"file_no": "另一个"}} if said.get("status") in DECIDED else {})


@caught_by("B10")
class CallsElsewhere(WellBehaved):
    def tell(self, url: str, event: dict[str, Any]) -> None:
        super().tell(f"{url}/decisions", event)


@caught_by("G1")
class WrapsItsRecords(WellBehaved):
    def interface(self, code: str, sent: dict[str, Any]) -> Said:
        status, said = super().interface(code, sent)
        return status, said | ({"data": [said["data"]]} if said.get("found") else {})


@caught_by("G2")
class Says404OfPeople(WellBehaved):
    def interface(self, code: str, sent: dict[str, Any]) -> Said:
        status, said = super().interface(code, sent)
        return (404, {}) if said.get("found") is False else (status, said)


@caught_by("G3")
class LooksUpForLong(WellBehaved):
    def interface(self, code: str, sent: dict[str, Any]) -> Said:
        self.ended.wait(2.2)
        return super().interface(code, sent)


@caught_by("G4")
class NeedsNoConsent(WellBehaved):
    def interface(self, code: str, sent: dict[str, Any]) -> Said:
        return super().interface(code, sent | {"consent_id": "1"})


@caught_by("G5")
class TellsAnybody(WellBehaved):
    def is_signed(self, method: str, path: str, headers: Any, body: bytes) -> bool:
        return path.startswith("/interfaces") or super().is_signed(method, path, headers, body)


@caught_by("G6")
class KnowsNobodyAnywhere(WellBehaved):
    def interface(self, code: str, sent: dict[str, Any]) -> Said:
        return (200, {"found": False}) if code != "POP_BASIC" else super().interface(code, sent)


@caught_by("D1")
class KeepsFilesElsewhere(WellBehaved):
    def kept(self, sent: dict[str, Any]) -> dict[str, Any]:
        kept = super().kept(sent)
        kept["file_url"] = "http://files.elsewhere.example/1"
        return kept


@caught_by("D2")
class IssuesTwice(WellBehaved):
    def kept(self, sent: dict[str, Any]) -> dict[str, Any]:
        return super().kept(sent | {"reference": str(uuid4())})


@caught_by("D3")
class ForgetsRevocations(WellBehaved):
    def revoked(self, licence: dict[str, Any]) -> Said:
        return 200, licence | {"status": "注销"}


@caught_by("D4")
class RevokesAnything(WellBehaved):
    def licence(self, below: list[str], sent: dict[str, Any]) -> Said:
        code, said = super().licence(below, sent)
        return (200, {"licence_id": below[0], "data": {}}) if code == 404 else (code, said)


@caught_by("D5")
class ShowsLicencesToAnybody(WellBehaved):
    def is_signed(self, method: str, path: str, headers: Any, body: bytes) -> bool:
        return path.startswith("/licences") or super().is_signed(method, path, headers, body)


@caught_by("P1")
class InspectsWithoutAName(WellBehaved):
    def say(self, filing: dict[str, Any], status: str, **more: Any) -> None:
        super().say(filing, status, **more | {"procedure": None})


@caught_by("P1")
class InspectsInSilence(WellBehaved):
    def inspect(self, filing: dict[str, Any]) -> bool:
        return True


@caught_by("P2")
class InspectsWithoutEnd(WellBehaved):
    def inspect(self, filing: dict[str, Any]) -> bool:
        self.say(filing, "special_procedure", procedure="现场踏勘")
        return False


@caught_by("P3")
class CountsDecisionsAlone(WellBehaved):
    def next_seq(self, filing: dict[str, Any]) -> int:
        return int(filing["seq"])


@caught_by("A1")
class CorrectsIntoNothing(WellBehaved):
    def later_word(self, later: str) -> dict[str, Any]:
        return super().later_word(later) | {"result": {}}


@caught_by("A1")
class NeverComesBack(WellBehaved):
    def come_back_to(self, filing: dict[str, Any]) -> None:
        """Keeps its mistakes to itself."""


@caught_by("A2")
class RevokesWithoutAWord(WellBehaved):
    def later_word(self, later: str) -> dict[str, Any]:
        return super().later_word(later) | {"reasons": []}


@caught_by("A3")
class RepeatsTheNumberOfTheDecision(WellBehaved):
    def come_back_to(self, filing: dict[str, Any]) -> None:
        filing["seq"] -= 1
        super().come_back_to(filing)
