"""The door before Django: the same answers, committed together, nobody paying for anybody else."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection, connections, transaction
from pytest_django import Settings

from cases.models import Arrival, SubApplication
from integrations.departments import callbacks
from integrations.departments.door import CallbackDoor
from integrations.models import DepartmentKey, DepartmentSystem, Nonce
from portal import wsgi
from tests.factories.outside import SECRET
from tests.factories.waiting import wait_for
from tests.integrations.departments.conftest import filed
from tests.integrations.departments.test_callbacks import Letter

pytestmark = pytest.mark.django_db
BEYOND, SOON_S = 418, 30.0


@pytest.fixture(autouse=True)
def system(db: None) -> None:
    system = DepartmentSystem.objects.create(department="GA", base_url="http://127.0.0.1:1/departments/GA")
    DepartmentKey.objects.create(system=system, key_id="GA-1", secret=f"{SECRET}GA")


def beyond(environ: Any, start_response: Any) -> list[bytes]:
    """Whatever stands behind the door."""
    start_response(f"{BEYOND} I'm a Teapot", [])
    return []


def asked(letter: Letter, method: str = "POST", path: str = "/callbacks/GA", **more: Any) -> tuple[int, dict[str, str]]:
    """The status and headers that a WSGI server would send."""
    body = letter.body or b""
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": unquote(path), "SCRIPT_NAME": "", "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.1", "QUERY_STRING": "",
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(),
        "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in letter.signed().items()}, **more,
    }  # fmt: skip
    said: list[tuple[int, dict[str, str]]] = []
    b"".join(CallbackDoor(beyond)(environ, lambda status, headers: said.append((int(status[:3]), dict(headers)))))
    return said[0]


def test_what_a_department_signs_is_stored_without_a_session_or_a_cookie(sub: SubApplication) -> None:
    status, headers = asked(Letter(sub))
    assert (status, Arrival.objects.get().department) == (200, "GA")
    assert headers["Content-Type"] == "application/json" and "Set-Cookie" not in headers and "Vary" not in headers


def test_what_is_not_signed_by_the_department_is_not_taken(sub: SubApplication) -> None:
    letter = Letter(sub)
    assert asked(Letter(sub, secret="0" * 64))[0] == 401
    assert asked(letter, CONTENT_LENGTH="2000000")[0] == 400
    assert asked(letter, CONTENT_LENGTH="")[0] == 401
    assert not Arrival.objects.exists() and not Nonce.objects.exists()
    assert [asked(letter)[0], asked(letter)[0]] == [200, 401]
    assert Arrival.objects.count() == 1


class _CutOff(io.BytesIO):
    def read(self, *_: Any) -> bytes:
        raise ConnectionResetError("the sender is gone")


def test_a_body_that_breaks_off_is_400(sub: SubApplication) -> None:
    assert asked(Letter(sub), **{"wsgi.input": _CutOff()})[0] == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/callbacks/GA"), ("POST", "/callbacks/GA/"), ("POST", "/callbacks/payments/"), ("POST", "/callbacks/%00"),
     ("POST", "/callbacks/GA/materials/x"), ("POST", "/sign-in/"), ("GET", "/")],
)  # fmt: skip
def test_everything_else_goes_on_to_the_portal(sub: SubApplication, method: str, path: str) -> None:
    assert asked(Letter(sub), method, path)[0] == BEYOND
    assert not Arrival.objects.exists()


def test_what_came_without_tls_is_left_to_the_portal_where_that_redirects(
    sub: SubApplication, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert asked(Letter(sub))[0] == asked(Letter(sub), HTTP_X_FORWARDED_PROTO="http")[0] == BEYOND
    assert not Arrival.objects.exists()
    assert asked(Letter(sub), HTTP_X_FORWARDED_PROTO="https")[0] == 200


def test_the_portal_stands_behind_it() -> None:
    assert isinstance(wsgi.application, CallbackDoor)


# ---- together ---------------------------------------------------------------------------------------------------


@pytest.fixture
def refusing(transactional_db: None) -> Iterator[None]:
    """A database that cannot store the event `bad`, and fails at the commit of the event `cut`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE FUNCTION not_this_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF NEW.event_id = 'bad' AND TG_WHEN = 'BEFORE' THEN
                    RAISE EXCEPTION 'not this one' USING ERRCODE = '22000';
                ELSIF NEW.event_id = 'cut' AND TG_WHEN = 'AFTER' THEN
                    RAISE EXCEPTION 'disk full' USING ERRCODE = '53100';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER not_this_one BEFORE INSERT ON cases_arrival FOR EACH ROW EXECUTE FUNCTION not_this_one();
            CREATE CONSTRAINT TRIGGER not_this_one_at_last AFTER INSERT ON cases_arrival
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION not_this_one();
            """
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION not_this_one() CASCADE")


def together(*events: str) -> dict[str, int]:
    """Callbacks that come while another one is being stored, each over a thread of its own; what each is told."""
    sub = filed()
    told: dict[str, int] = {}

    def call(event: str) -> None:
        told[event] = asked(Letter(sub, event_id=event))[0]
        connections.close_all()

    with ThreadPoolExecutor(len(events) + 1) as threads, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE integrations_nonce IN SHARE ROW EXCLUSIVE MODE")
        threads.submit(call, "first")
        wait_for(_somebody_waits_for_a_lock, SOON_S)
        for place, event in enumerate(events, 1):
            threads.submit(call, event)
            wait_for(lambda wanted=place: callbacks.waiting() == wanted, SOON_S)
    assert told.pop("first") == 200
    return told


def _somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def stored() -> set[str]:
    return set(Arrival.objects.values_list("event_id", flat=True)) - {"first"}


@pytest.mark.django_db(transaction=True)
def test_callbacks_that_come_together_are_committed_together(refusing: None) -> None:
    assert together("e1", "e2", "e3") == {"e1": 200, "e2": 200, "e3": 200}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM cases_arrival WHERE event_id <> 'first'")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_one_that_cannot_be_stored_does_not_fail_the_others(refusing: None) -> None:
    assert together("e1", "bad", "e2") == {"e1": 200, "bad": 503, "e2": 200}
    assert (stored(), Nonce.objects.count()) == ({"e1", "e2"}, 3)


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_fails_is_503_to_all_of_its_group_and_nothing_is_stored(refusing: None) -> None:
    assert together("e1", "cut", "e2") == {"e1": 503, "cut": 503, "e2": 503}
    assert (stored(), Nonce.objects.count()) == (set(), 1)


@pytest.mark.django_db(transaction=True)
def test_an_event_told_twice_at_once_is_stored_once_and_a_nonce_counts_once(refusing: None) -> None:
    sub, told = filed(), []
    barrier = threading.Barrier(6)
    letters = [Letter(sub, event_id="same") for _ in range(3)] + [Letter(sub, event_id="other", nonce="same")] * 3

    def call(letter: Letter) -> None:
        barrier.wait(60)
        told.append((letter.event_id, asked(letter)[0]))
        connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(call, letters))
    assert sorted(told) == [("other", 200), ("other", 401), ("other", 401)] + [("same", 200)] * 3
    assert Arrival.objects.count() == 2
