"""Days, hours, money, masks and the looks of states, in Chinese and English."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.utils import translation

from cases.states import SubState
from portal.ui import words
from portal.ui.departments import HUES, hue_class, mark_of

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _chinese():
    with translation.override("zh-hans"), time_machine.travel(NOON, tick=False):
        yield


def test_a_day_is_said_with_its_weekday() -> None:
    assert words.day_in_words(date(2026, 12, 1)) == "12月1日（周二）"
    assert words.day_in_words(date(2027, 1, 4)) == "2027年1月4日（周一）"
    with translation.override("en"):
        assert words.day_in_words(date(2026, 12, 1)) == "Tue 1 Dec"


def test_a_moment_is_told_from_today() -> None:
    assert words.moment_in_words(datetime(2026, 11, 25, 6, 32, tzinfo=UTC)) == "今天 14:32"
    assert words.moment_in_words(datetime(2026, 11, 24, 9, 5, tzinfo=UTC)) == "昨天 17:05"
    assert words.moment_in_words(datetime(2026, 11, 23, 2, 41, tzinfo=UTC)) == "11月23日 10:41"


def test_a_moment_shortly_before_midnight_in_utc_is_the_next_day_here() -> None:
    assert words.short_day(datetime(2026, 11, 23, 17, 0, tzinfo=UTC)) == "11-24"


def test_nothing_to_pay_is_free() -> None:
    assert words.money_in_words(Decimal("0.00")) == "免费"
    assert words.money_in_words(Decimal("38442.5")) == "38,442.50 元"
    assert words.money_in_words(400) == "400 元"


def test_masks_keep_what_tells_people_apart_and_no_more() -> None:
    assert words.mask_name("林晓岚") == "林**"
    assert words.mask_phone("13800000002") == "138****0002"
    assert words.mask_id("350203199403186286") == "350203********6286"
    assert words.mask_card("6299990000000010003") == "尾号 0003"
    assert words.mask_phone("110") == "***"


@pytest.mark.parametrize("state", SubState.values)
def test_every_state_of_a_sub_application_has_colour_icon_and_word(state: str) -> None:
    look = words.look_of(state)
    assert look.css.startswith("is-")
    assert look.icon
    assert str(look.word)
    assert words.picture_state(state) in words.STATES


def test_a_department_never_changes_its_hue() -> None:
    assert (hue_class("GA"), hue_class("yb"), hue_class("GJJ")) == ("d-ga", "d-yb", "d-rs")
    assert hue_class("NEW9") == hue_class("NEW9")
    assert hue_class("NEW9").removeprefix("d-") in HUES
    english = (mark_of("JJ", "Traffic Police"), mark_of("YB", "Healthcare Security"), mark_of("SW", "Taxation"))
    assert english == ("TP", "HS", "Ta")
    assert (mark_of("JJ", "交警"), mark_of("GA", "公安"), mark_of("NEW9", "新局")) == ("警", "公", "新")
