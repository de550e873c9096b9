"""News of cases: who may listen, how many, and that a change is told within two seconds."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.actions.delivery import dispatch
from cases.models import Case
from cases.queries.marks import marks_of
from portal.accounts.models import Account
from portal.push import door
from portal.push.app import make_app
from portal.push.board import Board, Full
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister


def session_of(account: Account) -> str:
    client = Client()
    client.force_login(account)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def filed(db: None, register: FakeRegister, licences: FakeLicences, departments: FakeDepartments) -> Case:
    newborn.fill_registers(register, licences)
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    return newborn.submitted(newborn.account(newborn.LIN, "lin"), newborn.account(newborn.CHEN, "chen"))


@pytest.mark.django_db
def test_only_the_applicant_listens_and_only_while_signed_in(filed: Case) -> None:
    lin, chen = Account.objects.get(username="lin"), Account.objects.get(username="chen")
    session = session_of(lin)
    assert door.admitted(session, filed.pk) == lin.pk
    assert door.admitted(session, uuid4()) is None
    assert door.admitted(session_of(chen), filed.pk) is None
    assert door.admitted("", filed.pk) is None and door.admitted("nonsense", filed.pk) is None
    lin.set_password("another-long-password")
    lin.save()
    assert door.admitted(session, filed.pk) is None


@pytest.mark.django_db
def test_all_watched_cases_cost_one_query_and_a_change_another_mark(filed: Case) -> None:
    before = marks_of([filed.pk])
    dispatch.pump()
    with CaptureQueriesContext(connection) as asked:
        after = marks_of([filed.pk, uuid4(), uuid4()])
    assert len(asked) == 1 and set(after) == {filed.pk}
    assert after[filed.pk] != before[filed.pk]


def test_only_pages_of_this_host_may_listen() -> None:
    assert door.is_ours("", "portal.example:8002")
    assert door.is_ours("http://portal.example:8000", "portal.example:8002")
    assert not door.is_ours("http://portal.example.evil.com", "portal.example:8002")
    assert not door.is_ours("null", "portal.example:8002")


def test_nobody_is_asked_for_while_nobody_looks_and_each_is_told_once() -> None:
    asked: list[tuple[UUID, ...]] = []
    case_id, person = uuid4(), uuid4()
    mark = {"now": "1-0"}

    def marks(ids: Any) -> dict[UUID, str]:
        asked.append(tuple(ids))
        return {case_id: mark["now"]}

    async def scene() -> None:
        board = Board(marks)
        assert await board.look() == 0 and asked == []
        stream = board.open(case_id, person)
        assert await board.look() == 1 and stream.get_nowait() == "1-0"
        assert await board.look() == 0 and stream.empty()
        mark["now"] = "2-0"
        await board.look()
        mark["now"] = "3-0"
        await board.look()
        assert stream.get_nowait() == "3-0" and stream.empty()
        board.close(case_id, person, stream)
        assert len(board) == 0 and await board.look() == 0

    asyncio.run(scene())


def test_streams_are_counted_by_person_and_in_all() -> None:
    async def scene() -> None:
        board, person = Board(lambda ids: {}, most=3, per_person=2), uuid4()
        held = [board.open(uuid4(), person) for _ in range(2)]
        with pytest.raises(Full):
            board.open(uuid4(), person)
        board.open(uuid4(), uuid4())
        with pytest.raises(Full):
            board.open(uuid4(), uuid4())
        assert len(held) == 2

    asyncio.run(scene())


@pytest.mark.django_db(transaction=True)
def test_a_change_reaches_an_open_stream_within_two_seconds(filed: Case) -> None:
    session = session_of(Account.objects.get(username="lin"))
    cookies = {settings.SESSION_COOKIE_NAME: session}

    async def scene() -> tuple[float, int, int]:
        async with TestServer(make_app()) as server, ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
            address = str(server.make_url(f"/push/cases/{filed.pk}/"))
            refused = (await browser.get(address)).status
            foreign = (await browser.get(address, cookies=cookies, headers={"Origin": "https://evil.example"})).status
            async with browser.get(address, cookies=cookies) as answer:
                assert answer.headers["Content-Type"] == "text/event-stream"
                first = await _event(answer.content)
                await asyncio.to_thread(_advance)
                begun = asyncio.get_running_loop().time()
                second = await _event(answer.content)
                assert first != second
                return asyncio.get_running_loop().time() - begun, refused, foreign

    took, refused, foreign = asyncio.run(asyncio.wait_for(scene(), 60))
    assert took < 2.0
    assert (refused, foreign) == (404, 403)


async def _event(content: Any) -> str:
    while True:
        line = (await content.readline()).decode()
        if line.startswith("id: "):
            return str(line[4:].strip())


def _advance() -> None:
    from django.db import connections

    try:
        dispatch.pump()
    finally:
        connections.close_all()
