from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from aiohttp import web
from pytest_django import Settings

from integrations.http import System, system_of, systems
from integrations.models import DepartmentSystem
from integrations.systems import Trial, try_connection
from tests.factories.outside import Outside

pytestmark = pytest.mark.django_db


def tried(outside: Outside) -> Trial:
    DepartmentSystem.objects.exists() or outside.system("GA")
    found: System | None = system_of("GA")
    assert found is not None
    return try_connection(found)


def test_the_question_is_signed_and_404_is_the_good_answer(outside: Outside) -> None:
    outside.answer(404, {})
    trial = tried(outside)
    assert trial.is_good and trial.status == 404 and "正常" in trial.sentence
    assert trial.skew_s is not None and abs(trial.skew_s) <= 2
    (seen,) = outside.seen
    assert seen.method == "GET" and "X-Signature" in seen.headers
    assert any("没有加密" in hint for hint in trial.hints)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (401, "不认签名"),
        (403, "拒绝访问"),
        (405, "不支持按键查询"),
        (302, "转到别处"),
        (200, "没有按键查询"),
        (429, "太忙"),
        (503, "暂停服务"),
        (500, "出错"),
        (418, "拒绝"),
    ],
)
def test_every_other_answer_says_what_is_wrong(outside: Outside, status: int, word: str) -> None:
    outside.answer(status, {})
    trial = tried(outside)
    assert not trial.is_good and word in trial.sentence


@pytest.mark.parametrize(("ahead_s", "is_good", "word"), [(-90, True, "慢"), (600, False, "快")])
def test_a_clock_that_is_off_is_named(outside: Outside, ahead_s: int, is_good: bool, word: str) -> None:
    outside.answer(404, {}, Date=formatdate(time.time() + ahead_s, usegmt=True))
    trial = tried(outside)
    assert trial.is_good is is_good and any(word in hint for hint in trial.hints)


def test_a_port_that_is_closed_a_key_that_is_missing_a_host_off_the_list(outside: Outside, settings: Settings) -> None:
    outside.system("GA")
    outside.close()
    assert "连不上" in tried(outside).sentence
    DepartmentSystem.objects.get().keys.all().delete()
    assert "没有有效的密钥" in tried(outside).sentence
    settings.OUTBOUND_NETWORKS, settings.MOCK_URL = [], ""
    systems.forget()
    assert "不允许连接" in tried(outside).sentence


def test_a_server_that_hangs_is_given_up_in_time(outside: Outside) -> None:
    import asyncio

    async def hang(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    outside.handler = hang
    outside.system("GA", deadline_s=1)
    started = time.monotonic()
    assert "没有回音" in tried(outside).sentence
    assert time.monotonic() - started < 4


def test_a_certificate_that_nobody_vouches_for_is_refused(outside: Outside) -> None:
    """The port speaks no TLS at all: what an interceptor without a certificate looks like."""
    outside.answer(404, {})
    outside.system("GA")
    DepartmentSystem.objects.update(base_url=f"https://127.0.0.1:{outside.port}/departments/GA")
    systems.forget()
    assert "证书" in tried(outside).sentence
    assert outside.seen == []
