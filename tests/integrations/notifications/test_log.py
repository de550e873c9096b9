from __future__ import annotations

import pytest

from cases.ports import Message
from integrations.notifications.log import LogNotifier

PHONE = "13800000001"
VALUES = {"bundle": "新生儿出生", "case_no": "350200-XSECS-20261121-000001-J", "link": "https://portal/x"}


def test_what_stays_in_the_portal_is_logged_without_number_and_values(caplog: pytest.LogCaptureFixture) -> None:
    (ended,) = LogNotifier().send([Message(PHONE, "case_submitted", VALUES, key="k1")])
    assert ended.kind == "kept"
    assert PHONE not in caplog.text and VALUES["case_no"] not in caplog.text
