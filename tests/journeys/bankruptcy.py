"""A bankruptcy check filed through the API: its first item is handled by people of the court, who have no system."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from portal.demo.api_client import ApiClient
from tests.journeys.stack import Stack

ADMINISTRATOR, DEBTOR = "cloud", "91350200MA9XA0067M"
GUIDANCE = {"proc_kind": "liquidation", "scope": ["bank"], "bank_scope": "balance", "related": "no"}
LONGEST_S = 40.0


class Filed:
    """One case, as its applicant reads it through the API."""

    def __init__(self, stack: Stack) -> None:
        self._person = ApiClient(stack.base_url, ADMINISTRATOR)
        draft = self._person.post("/drafts/", {"bundle": "QYPC", "guidance": GUIDANCE, "channel": "online"})
        typed = {"debtor_uscc": DEBTOR, "secret_promise": True}
        draft = self._person.patch(f"/drafts/{draft['id']}/", {"fields": typed})
        assert draft["faults"] == []
        case = self._person.post(f"/drafts/{draft['id']}/submit/", {}, Idempotency_Key=uuid4().hex)
        self.id: str = case["id"]

    def case(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._person.get(f"/cases/{self.id}/")
        return found

    def item(self, item_id: str) -> Mapping[str, Any]:
        return next(item for item in self.case()["items"] if item["item_id"] == item_id)

    def until(self, come_true: Callable[[Filed], bool]) -> None:
        """Wait for something the engine does by itself."""
        end = time.monotonic() + LONGEST_S
        while not come_true(self):
            assert time.monotonic() < end, [(i["item_id"], i["state"]) for i in self.case()["items"]]
            time.sleep(0.3)
