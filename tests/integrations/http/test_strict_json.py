from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.http import NotStrictJson, read_json, read_object


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": "\\ud800"}',
        b'{"a": "\x01"}',
        b'{"a": 1} x',
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b"[" * 33 + b"]" * 33,
        b"1" * 5_000,
        b"{'a': 1}",
    ],
)
def test_what_is_not_strict_json_is_refused_and_nothing_worse_happens(raw: bytes) -> None:
    with pytest.raises(NotStrictJson):
        read_json(raw)


def test_thirty_two_levels_are_read() -> None:
    assert read_json(b"[" * 32 + b"]" * 32) is not None


def test_escapes_that_are_whole_characters_are_read() -> None:
    assert read_object(b'{"a": "\\u6797\\ud83d\\ude00", "b": "C:\\\\u0000"}') == {"a": "林😀", "b": "C:\\u0000"}


def test_the_outermost_value_must_be_an_object_where_one_is_expected() -> None:
    with pytest.raises(NotStrictJson):
        read_object(b"[]")


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        read_json(raw)
    except NotStrictJson as refused:
        assert str(refused)
