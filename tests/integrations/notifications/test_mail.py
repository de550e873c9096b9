"""E-mail through Django's mail system: plain text, one Message-ID a key, what is away and what is refused for good."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from django.core import mail as outgoing

from cases.ports import GatewayError, Mail
from integrations.notifications.mail import DjangoMailer, message_id

MAIL = Mail("o@example.gov.cn", "今天：在办 1 件", "正文", "digest:2026-12-04:1")


def test_a_mail_goes_out_as_plain_text() -> None:
    DjangoMailer().send(MAIL)
    (sent,) = outgoing.outbox
    assert (sent.to, sent.subject, sent.body) == (["o@example.gov.cn"], MAIL.subject, MAIL.body)


def test_the_same_mail_again_has_the_same_message_id() -> None:
    DjangoMailer().send(MAIL)
    DjangoMailer().send(MAIL)
    first, again = (sent.message()["Message-ID"] for sent in outgoing.outbox)
    assert first == again == message_id(MAIL.key) != message_id("digest:2026-12-05:1")


def test_a_mail_system_that_is_away_is_asked_again_later(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: refused
        settings.EMAIL_HOST, settings.EMAIL_PORT = taken.getsockname()
        with pytest.raises(GatewayError) as refused:
            DjangoMailer().send(MAIL)
    assert not refused.value.permanent


@pytest.fixture
def refusing(settings: Any) -> Iterator[None]:
    """A mail system that knows nobody."""
    server = socket.create_server(("127.0.0.1", 0))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.getsockname()
    thread = Thread(target=_serve, args=(server,), daemon=True)
    thread.start()
    yield
    server.close()
    thread.join(timeout=5)


def _serve(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection, connection.makefile("rwb") as line:
        line.write(b"220 ready\r\n")
        line.flush()
        for command in line:
            verb = command[:4].upper()
            answer = b"550 no such user\r\n" if verb == b"RCPT" else b"250 ok\r\n"
            line.write(b"221 bye\r\n" if verb == b"QUIT" else answer)
            line.flush()
            if verb == b"QUIT":
                return


def test_an_address_nobody_has_is_refused_for_good(refusing: None) -> None:
    with pytest.raises(GatewayError) as refused:
        DjangoMailer().send(MAIL)
    assert refused.value.permanent
    assert isinstance(refused.value.__cause__, smtplib.SMTPRecipientsRefused)
