"""Messages kept instead of sent: for demonstrations, and for cities that fetch them with a system of their own."""

from __future__ import annotations

import structlog

from cases import docket
from cases.ports import Message
from cases.protection import blind_index
from integrations.models import SentMessage
from integrations.notifications.texts import text_of

log = structlog.get_logger(__name__)


class LogNotifier:
    """Stores every message sealed, and logs that there was one. A city replaces it by its SMS or WeChat channel."""

    def send(self, message: Message) -> None:
        """Keep a message. Raises GatewayError when its text cannot be made."""
        text_of(message.template, message.values)
        sent = SentMessage(
            to=message.to,
            to_index=blind_index(message.to),
            template=message.template,
            values=dict(message.values),
            state="sent",
        )
        docket.insert(sent)
        log.info("message.sent", message=str(sent.pk), template=message.template)
