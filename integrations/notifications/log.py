"""Messages that no gateway carries: for demonstrations, and for cities that leave them in the portal."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from cases.ports import Message, Sending

log = structlog.get_logger(__name__)


class LogNotifier:
    """Takes every message at once and logs that there was one; people read it in the portal."""

    is_local = True

    def send(self, messages: Sequence[Message]) -> Sequence[Sending]:
        for message in messages:
            log.info("message.kept", message=message.key, template=message.template)
        return [Sending("kept")] * len(messages)
