"""Loading the shipped library: complete, repeatable, and careful with what an administrator has changed."""

from __future__ import annotations

import shutil
import time
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
import yaml as pyyaml
from django.conf import settings
from django.core.management import CommandError, call_command

from bundles import queries
from bundles.models import BundleVersion, CalendarDay, CalendarYear, Department, Matter, Synonym
from bundles.spec import dump
from tests.factories import library

pytestmark = pytest.mark.django_db
LIBRARY = Path(settings.DOMAIN_LIBRARY)


def load(folder: Path = LIBRARY) -> str:
    out = StringIO()
    call_command("load_domain", "--library", str(folder), stdout=out)
    queries.forget()
    return out.getvalue()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LIBRARY, tmp_path / "library"))


@pytest.mark.parametrize("code", library.codes())
def test_a_loaded_definition_equals_its_file(code: str) -> None:
    assert dump(queries.published(code).spec) == library.document(code)


@pytest.mark.parametrize("code", library.codes())
def test_an_exported_definition_equals_its_file(code: str) -> None:
    out = StringIO()
    call_command("export_bundle", code, stdout=out)
    assert pyyaml.safe_load(out.getvalue()) == library.document(code)


def test_the_registries_equal_their_files() -> None:
    assert queries.registry() == library.registry()


def test_a_second_run_changes_nothing_and_is_quick() -> None:
    before = list(BundleVersion.objects.values_list("pk", "state"))
    started = time.process_time()
    said = load()
    assert time.process_time() - started < 1
    assert list(BundleVersion.objects.values_list("pk", "state")) == before
    assert "条更新" in said
    assert all(line.endswith(": 0 条更新") for line in said.splitlines() if "条更新" in line)


def test_a_changed_file_is_published_as_the_next_version(copied: Path) -> None:
    path = copied / "bundles" / "17_muck_truck_filing.yaml"
    path.write_text(path.read_text().replace("zh: 渣土运输备案\n", "zh: 渣土运输备案（新）\n", 1))
    said = load(copied)
    assert "ZTYS 第 2 版 已发布" in said
    assert queries.published("ZTYS").spec.zh == "渣土运输备案（新）"
    assert queries.published("ZTYS").bundle.zh == "渣土运输备案（新）"


def test_going_on_with_the_library_does_not_undo_a_version_published_by_hand(copied: Path) -> None:
    path = copied / "bundles" / "17_muck_truck_filing.yaml"
    path.write_text(path.read_text().replace("zh: 渣土运输备案\n", "zh: 渣土运输备案（新）\n", 1))
    load(copied)
    load()
    assert queries.published("ZTYS").number == 2


def test_what_an_administrator_edited_survives_until_the_delivery_changes_it(copied: Path) -> None:
    Department.objects.filter(pk="GA").update(tel="110")
    load()
    assert Department.objects.get(pk="GA").tel == "110"
    path = copied / "departments.yaml"
    path.write_text(path.read_text().replace("short: 公安,", "short: 公安局,", 1))
    load(copied)
    assert Department.objects.get(pk="GA").short == "公安局"


def test_a_disabled_synonym_is_not_added_again() -> None:
    Synonym.objects.filter(word="生孩子").update(enabled=False)
    load()
    assert [s.enabled for s in Synonym.objects.filter(word="生孩子")] == [False]


def test_a_file_with_an_error_is_refused_and_nothing_of_it_is_kept(copied: Path) -> None:
    path = copied / "bundles" / "17_muck_truck_filing.yaml"
    path.write_text(path.read_text().replace("lead: CG", "lead: NOBODY", 1))
    before = BundleVersion.objects.count()
    with pytest.raises(CommandError, match="NOBODY"):
        load(copied)
    assert BundleVersion.objects.count() == before


def test_matters_are_found_by_words_and_pinyin() -> None:
    assert "hukou_birth" in {m.matter for m in queries.matters("出生登记")}
    assert "sbk_apply" in {m.matter for m in queries.matters("shehuibaozhang")}
    assert queries.count_matters(dept="GA") == Matter.objects.filter(dept="GA").count() > 0
    assert queries.matters("!!!") == ()


def shipped_calendar() -> dict[int, tuple[set[date], set[date]]]:
    years = pyyaml.safe_load((LIBRARY / "calendar.yaml").read_text())["years"]
    found = {}
    for year, entry in years.items():
        spans = [(h["from"], h["to"]) for h in entry["holidays"]]
        off = {first + timedelta(n) for first, last in spans for n in range((last - first).days + 1)}
        found[year] = (off, set(entry["makeup_workdays"]))
    return found


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_calendar_equals_the_announced_one(year: int) -> None:
    calendar = queries.working_calendar("350200")
    holidays, makeup = shipped_calendar()[year]
    assert {d for d in calendar.holidays if d.year == year} == holidays
    assert {d for d in calendar.makeup if d.year == year} == makeup


def test_years_before_the_last_announced_are_known_and_later_ones_are_provisional() -> None:
    announced = queries.working_calendar().announced_years
    assert set(range(2004, 2027)) <= announced
    assert 2027 not in announced
    assert CalendarYear.objects.filter(year=2027, announced=False).exists()
    assert date(2008, 10, 1) in queries.working_calendar().holidays


def test_a_regional_day_counts_in_its_region_alone() -> None:
    CalendarDay.objects.create(date=date(2026, 4, 20), region="450000", kind="holiday", name="三月三")
    CalendarDay.objects.create(date=date(2026, 7, 8), region="350200", kind="closure", name="台风停办")
    queries.forget()
    assert date(2026, 4, 20) in queries.working_calendar("450100").holidays
    assert date(2026, 4, 20) not in queries.working_calendar("350200").holidays
    assert date(2026, 7, 8) in queries.working_calendar("350203").holidays
    assert date(2026, 7, 8) not in queries.working_calendar("").holidays


def test_what_is_said_for_a_smaller_region_wins() -> None:
    CalendarDay.objects.create(date=date(2026, 10, 1), region="350200", kind="makeup", name="值班")
    queries.forget()
    assert date(2026, 10, 1) in queries.working_calendar("350203").makeup
    assert date(2026, 10, 1) not in queries.working_calendar("350203").holidays
    assert date(2026, 10, 1) in queries.working_calendar("440100").holidays
