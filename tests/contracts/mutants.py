"""Departments that break one sentence of the contract each, and the check that must find it."""

from __future__ import annotations

import base64
import hmac
import time
from typing import Any
from uuid import uuid4

from tests.contracts.well_behaved import SECRET, Said, WellBehaved

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
