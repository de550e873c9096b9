"""Departments that break one sentence of the contract each, and the check that must find it."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any
from uuid import uuid4

from tests.contracts.well_behaved import DECIDED, Said, WellBehaved

MUTANTS: list[tuple[str, type[WellBehaved]]] = []


def caught_by(check: str) -> Any:
    """Name the check that must find a mutant."""

    def put(mutant: type[WellBehaved]) -> type[WellBehaved]:
        MUTANTS.append((check, mutant))
        return mutant

    return put


@caught_by("F1")
class SpeaksOfAnother(WellBehaved):
    def told(self, filing: dict[str, Any]) -> dict[str, Any]:
        return super().told(filing) | {"sub_application_id": str(uuid4())}


@caught_by("F1")
class HasWordsOfItsOwn(WellBehaved):
    def told(self, filing: dict[str, Any]) -> dict[str, Any]:
        return super().told(filing) | {"status": "ok"}


@caught_by("F1")
class AnswersPlainText(WellBehaved):
    def media_type(self) -> str:
        return "text/plain"


@caught_by("F1")
class CreatesWith201(WellBehaved):
    def go_on(self, filing: dict[str, Any]) -> Said:
        return 201, super().go_on(filing)[1]


@caught_by("F2")
class AsksForNothing(WellBehaved):
    is_sync = True

    def told(self, filing: dict[str, Any]) -> dict[str, Any]:
        return super().told(filing) | {"reasons": []}


@caught_by("F3")
class RefusesWhatItDoesNotKnow(WellBehaved):
    def file(self, key: str, sent: dict[str, Any]) -> Said:
        return (422, {}) if "x_of_a_later_version" in sent else super().file(key, sent)


@caught_by("F4")
class FallsOverNull(WellBehaved):
    def file(self, key: str, sent: dict[str, Any]) -> Said:
        return (400, {}) if sent.get("due") is None else super().file(key, sent)


@caught_by("F5")
class RenumbersWhenAsked(WellBehaved):
    def status_of(self, name: str) -> Said:
        code, said = super().status_of(name)
        return code, said | ({"receipt_no": f"WJ-{time.monotonic_ns()}"} if code == 200 else {})


@caught_by("F6")
class HasOneNumberForAll(WellBehaved):
    def told(self, filing: dict[str, Any]) -> dict[str, Any]:
        return super().told(filing) | {"receipt_no": "WJ-1"}


@caught_by("F7")
class RefusesWithoutAReason(WellBehaved):
    def decide(self, filing: dict[str, Any]) -> None:
        filing |= {"status": "rejected", "reasons": []}


@caught_by("F8")
class TakesTenSeconds(WellBehaved):
    def file(self, key: str, sent: dict[str, Any]) -> Said:
        self.ended.wait(10)
        return super().file(key, sent)


@caught_by("O1")
class ActsAgain(WellBehaved):
    def repeated(self, key: str, sent: bytes) -> Said:
        del self.answers[key]
        return self.once(key, "/applications", sent.removeprefix(b"/applications"))


@caught_by("O2")
class DecidesAnew(WellBehaved):
    def repeated(self, key: str, sent: bytes) -> Said:
        self.filings[key] |= {"status": "rejected", "result": {}, "reasons": [{"text": "重复"}]}
        return super().repeated(key, sent)


@caught_by("O3")
class LooksBeforeItLeaps(WellBehaved):
    """Checks the key, then acts, with nothing that holds the two together."""

    def once(self, key: str | None, path: str, body: bytes) -> Said:
        if key in self.answers:
            return self.repeated(str(key), path.encode() + body)
        self.ended.wait(0.05)
        said = self.carry_out(str(key), path.strip("/").split("/")[1:], self.read(body))
        self.answers[str(key)] = (path.encode() + body, said)
        return said


@caught_by("O4")
class TakesAnyBytes(WellBehaved):
    def repeated(self, key: str, sent: bytes) -> Said:
        return self.answers[key][1]


@caught_by("O5")
class FilesAnotherUnderTheKey(WellBehaved):
    def repeated(self, key: str, sent: bytes) -> Said:
        first, said = self.answers[key]
        return said if first == sent else self.file(key, self.read(sent.removeprefix(b"/applications")))


@caught_by("S1")
class HearsEverybody(WellBehaved):
    def is_signed(self, method: str, path: str, headers: Any, body: bytes) -> bool:
        return not headers.get("X-Signature") or super().is_signed(method, path, headers, body)


@caught_by("S1")
class ActsBeforeItChecks(WellBehaved):
    def receive(self, method: str, path: str, headers: Any, size: int, body: bytes) -> Said:
        if not headers.get("X-Signature") and method == "POST":
            self.act(method, path, headers, body)
        return super().receive(method, path, headers, size, body)


@caught_by("S2")
class ComparesNothing(WellBehaved):
    def is_signed(self, method: str, path: str, headers: Any, body: bytes) -> bool:
        return len(headers.get("X-Signature") or "") == 44


@caught_by("S3")
class LeavesOutTheBody(WellBehaved):
    def is_signed(self, method: str, path: str, headers: Any, body: bytes) -> bool:
        held = self.__dict__.setdefault("seen", {})
        return held.setdefault(headers.get("X-Nonce"), True) and len(headers.get("X-Signature") or "") > 40


@caught_by("S4")
class LeavesOutThePath(WellBehaved):
    """Tries every path it knows of, and every method, instead of the one that was called."""

    def is_signed(self, method: str, path: str, headers: Any, body: bytes) -> bool:
        key = headers.get("Idempotency-Key")
        paths = [path, f"/applications/{key}/withdraw"]
        return any(super(LeavesOutThePath, self).is_signed(method, one, headers, body) for one in paths)


@caught_by("S5")
class HasNoClock(WellBehaved):
    def is_timely(self, stamp: str) -> bool:
        return stamp.isdecimal()


@caught_by("S6")
class LooksBackOnly(WellBehaved):
    def is_timely(self, stamp: str) -> bool:
        return stamp.isdecimal() and time.time() - int(stamp) <= 300


@caught_by("S7")
class ForgetsNonces(WellBehaved):
    def is_first_use(self, nonce: str) -> bool:
        return True


@caught_by("S8")
class FallsBackToItsKey(WellBehaved):
    def is_known(self, key_id: str | None) -> bool:
        return bool(key_id)


@caught_by("S9")
class ShowsAnybody(WellBehaved):
    def is_signed(self, method: str, path: str, headers: Any, body: bytes) -> bool:
        return method == "GET" or super().is_signed(method, path, headers, body)


@caught_by("S10")
class TakesAnyAlgorithm(WellBehaved):
    def is_signed(self, method: str, path: str, headers: Any, body: bytes) -> bool:
        import base64
        import hmac

        from tests.contracts.well_behaved import SECRET

        text = self.signed_text(method, path, headers.get("X-Timestamp") or "", headers.get("X-Nonce") or "", body)
        rights = [base64.b64encode(hmac.digest(SECRET, text, name)).decode() for name in ("sha256", "sm3")]
        return headers.get("X-Signature") in rights


@caught_by("S11")
class TrustsTheTimestamp(WellBehaved):
    def is_timely(self, stamp: str) -> bool:
        return abs(time.time() - int(stamp or time.time())) <= 300


@caught_by("Q1")
class HasSeenEverything(WellBehaved):
    def status_of(self, name: str) -> Said:
        code, said = super().status_of(name)
        return (code, said) if code == 200 else (200, {"sub_application_id": name, "status": "received"})


@caught_by("Q2")
class ForgetsKeys(WellBehaved):
    def file(self, key: str, sent: dict[str, Any]) -> Said:
        said = super().file(key, sent)
        self.filings.pop(key, None)
        return said


@caught_by("Q3")
class KnowsKeysAlone(WellBehaved):
    def status_of(self, name: str) -> Said:
        filing = self.filings.get(name)
        return super().status_of(name) if filing and filing["key"] == name else (404, {})


@caught_by("Q4")
class KnowsNoNumbers(WellBehaved):
    def status_of(self, name: str) -> Said:
        return (404, {}) if name.startswith("WJ-") else super().status_of(name)


@caught_by("Q5")
class CountsQuestions(WellBehaved):
    def status_of(self, name: str) -> Said:
        if name in self.filings:
            self.filings[name]["receipt_no"] += "?"
        return super().status_of(name)


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
