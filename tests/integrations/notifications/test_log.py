from __future__ import annotations

import pytest
from django.db import connection

from cases.ports import GatewayError, Message
from cases.protection import blind_index
from integrations.models import SentMessage
from integrations.notifications.log import LogNotifier
from integrations.notifications.texts import folder, template_names, text_of

PHONE = "13800000001"
VALUES = {"bundle": "新生儿出生", "case_no": "350200-XSECS-20261121-000001-J", "link": "https://portal/x"}


@pytest.mark.django_db
def test_a_message_is_kept_sealed_and_found_again_by_its_index(caplog: pytest.LogCaptureFixture) -> None:
    LogNotifier().send(Message(PHONE, "case_submitted", VALUES))
    sent = SentMessage.objects.get(to_index=blind_index(PHONE))
    assert (sent.to, sent.template, sent.values, sent.state) == (PHONE, "case_submitted", VALUES, "sent")
    with connection.cursor() as cursor:
        cursor.execute('SELECT "to", "values" FROM integrations_sentmessage')
        stored = b"".join(map(bytes, cursor.fetchone()))
    assert PHONE.encode() not in stored and "新生儿".encode() not in stored
    assert PHONE not in caplog.text and VALUES["case_no"] not in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "message",
    [
        Message(PHONE, "no_such_template", VALUES),
        Message(PHONE, "../settings", VALUES),
        Message(PHONE, "case_submitted", {"bundle": "新生儿出生"}),
    ],
)
def test_a_message_that_cannot_be_made_is_refused_for_good(message: Message) -> None:
    with pytest.raises(GatewayError) as refused:
        LogNotifier().send(message)
    assert refused.value.permanent and not SentMessage.objects.exists()


def test_a_text_has_a_title_and_a_body_with_the_values_in_it() -> None:
    text = text_of("case_submitted", VALUES)
    assert text.title == "您的申请已提交"
    assert VALUES["case_no"] in text.body and "\n" not in text.title


@pytest.mark.parametrize("nasty", ["$case_no", "${link}", "{{ settings.SECRET_KEY }}", "%(x)s", "$$", "<script>"])
def test_what_somebody_wrote_is_never_read_as_a_template(nasty: str) -> None:
    assert nasty in text_of("case_submitted", {**VALUES, "bundle": nasty}).body


@pytest.mark.parametrize("name", sorted(template_names()))
def test_every_template_is_short_and_says_what_it_is_about(name: str) -> None:
    raw = (folder() / f"{name}.txt").read_text("utf-8")
    title, body = raw.strip().split("\n", 1)
    assert 0 < len(title) <= 20 and 0 < len(body) <= 140
    assert "$bundle" in body or "$item" in body
