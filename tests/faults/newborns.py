"""Families that file the newborn bundle through the API, and everything that can be seen of their cases."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from portal.demo import walk
from portal.demo.api_client import ApiClient, Refused
from tests.factories.stack import Stack, wait_for
from tests.faults.checker import Filed, Seen

SURNAME, GIVEN = "陈", "安宁平乐康和嘉禾清朗明远若水思源"
# A quiet machine needs five seconds for a case; this is the end of patience, not the goal of any test.
CLOSED_S = 90.0


class Newborns:
    """林晓岚 files, 陈屿 agrees; both as programs that speak to the API."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._plan = walk.scenario("XSECS")
        self._mother = ApiClient(stack.base_url, self._plan["applicant"])
        self._father = ApiClient(stack.base_url, self._plan["authorises"][0])
        self._named = 0

    def draft(self) -> Mapping[str, Any]:
        """A filled-in draft for one more child."""
        plan = copy.deepcopy(self._plan)
        plan["fields"]["s_child.0.child_name"] = SURNAME + GIVEN[self._named % len(GIVEN)]
        self._named += 1
        filled: Mapping[str, Any] = walk.fill(self._mother, plan)
        return filled

    def submit(self, draft: Mapping[str, Any]) -> Filed:
        """Hand a draft in; the father agrees and the departments get their parts."""
        case = self._mother.post(f"/drafts/{draft['id']}/submit/", {}, Idempotency_Key=uuid4().hex)
        walk.authorise(self._father, case["id"])
        return Filed(case["id"], tuple(draft["items"]))

    def file(self, count: int) -> tuple[Filed, ...]:
        """So many cases, handed in one right after the other."""
        drafts = [self.draft() for _ in range(count)]
        return tuple(self.submit(draft) for draft in drafts)

    def case(self, filed: Filed) -> Mapping[str, Any] | None:
        """A case as its applicant sees it; None where the portal does not know it."""
        try:
            found: Mapping[str, Any] = self._mother.get(f"/cases/{filed.case_id}/")
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return None
        return found

    def item(self, filed: Filed, item_id: str) -> Mapping[str, Any]:
        case = self.case(filed)
        assert case is not None
        found: Mapping[str, Any] = next(item for item in case["items"] if item["item_id"] == item_id)
        return found

    def wait_until_closed(self, cases: Sequence[Filed], timeout_s: float = CLOSED_S) -> float:
        """Seconds until every one has ended. Fails with what they look like when the time is over."""
        began = time.monotonic()
        open_ones = list(cases)

        def all_closed() -> bool:
            open_ones[:] = [one for one in open_ones if (self.case(one) or {}).get("state") not in walk.FINAL]
            return not open_ones

        wait_for(all_closed, timeout_s, lambda: f"{self._standing(open_ones)}\n{self._stack.what_it_said()}")
        return time.monotonic() - began

    def seen(self, cases: Sequence[Filed]) -> Seen:
        """All three views, once the departments have told what they had to tell."""
        wait_for(self._all_told, CLOSED_S, "callbacks are still on their way")
        record = self._stack.mock.get("/_control/record")
        shown = {one.case_id: case for one in cases if (case := self.case(one)) is not None}
        return Seen(
            filed=tuple(cases),
            applications=tuple(record["applications"]),
            requests=tuple(record["requests"]),
            duplicate_effects=tuple(self._stack.mock.get("/_control/summary")["duplicate_effects"]),
            cases=shown,
            results={case_id: self._mother.get(f"/cases/{case_id}/results/") for case_id in shown},
            health=self._stack.health(),
        )

    def _all_told(self) -> bool:
        told: Mapping[str, int] = self._stack.mock.get("/_control/summary")["callbacks"]
        return not told.get("due") and not self._stack.health()["due_deliveries"]

    def _standing(self, cases: Iterable[Filed]) -> str:
        found = [self.case(one) or {"number": one.case_id, "state": "unknown", "items": []} for one in cases]
        return "\n".join(
            f"{case['number']} {case['state']} {[(i['item_id'], i['state']) for i in case['items']]}" for case in found
        )
