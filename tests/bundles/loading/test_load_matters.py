"""A city brings its own catalogue of matters, or has one made up for scale."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from stdnum.cn import uscc

from bundles import queries
from bundles.models import Department, Matter
from bundles.search import search
from bundles.search.facets import narrowed

pytestmark = pytest.mark.django_db
HEAD = "matter,zh,dept,type,base,impl,parent,channels,instant,days\n"
FISH = "fish,渔业捕捞许可,GA,行政许可,350199001000,11350200MB9X0002323350199001000,,online、window,是,5\n"
PART = "fish_new,渔业捕捞许可新办,GA,行政许可,350199001001,11350200MB9X0002323350199001001,fish,window,,\n"


def table(folder: Path, *lines: str) -> str:
    path = folder / "matters.csv"
    path.write_text(HEAD + "".join(lines), encoding="utf-8-sig")
    return str(path)


def test_a_table_of_matters_is_brought_in_and_found(tmp_path: Path) -> None:
    call_command("load_matters", table(tmp_path, PART, FISH), verbosity=0)
    queries.forget()
    (fish,) = queries.matters_of(["fish"])
    assert (fish.channels, fish.instant, fish.days) == (("online", "window"), True, 5)
    assert [part.matter for part in queries.parts_of("fish")] == ["fish_new"]
    assert [hit.code for hit in search("渔业捕捞")][:2] == ["fish", "fish_new"]
    assert queries.registry().matters["fish"].zh == "渔业捕捞许可"


def test_the_same_table_again_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_matters", table(tmp_path, FISH))
    call_command("load_matters", table(tmp_path, FISH))
    assert "写入 0 项" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (FISH.replace(",GA,", ",NOBODY,"), "第 2 行.*NOBODY"),
        (PART.replace(",fish,", ",nothing,"), "第 2 行.*nothing"),
        (FISH.replace(",5\n", ",五天\n"), "第 2 行.*五天"),
        (FISH.replace("渔业捕捞许可", "", 1), "第 2 行.*zh"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_written(tmp_path: Path, line: str, words: str) -> None:
    before = Matter.objects.count()
    with pytest.raises(CommandError, match=words):
        call_command("load_matters", table(tmp_path, PART.replace(",fish,", ",,"), line))
    assert Matter.objects.count() == before


def test_a_made_up_catalogue_is_the_same_each_time_and_goes_without_a_trace() -> None:
    before, departments = Matter.objects.count(), Department.objects.count()
    call_command("load_matters", synthesize=300, verbosity=0)
    made = dict(Matter.objects.filter(origin="synthetic").values_list("pk", "zh"))
    assert len(made) == 300
    call_command("load_matters", synthesize=300, verbosity=0)
    assert dict(Matter.objects.filter(origin="synthetic").values_list("pk", "zh")) == made
    assert {"city", "district", "province", "national"} <= set(Matter.objects.values_list("level", flat=True))
    call_command("load_matters", clear=True, verbosity=0)
    assert (Matter.objects.count(), Department.objects.count()) == (before, departments)


def test_codes_that_are_made_up_are_valid_in_their_structure() -> None:
    call_command("load_matters", synthesize=60, verbosity=0)
    for row in Matter.objects.filter(origin="synthetic"):
        assert len(row.base) == 12
        assert len(row.impl) == 31
        assert row.impl.endswith(row.base)
        assert uscc.is_valid(row.impl[:18])


def test_counts_say_what_choosing_a_value_would_leave() -> None:
    call_command("load_matters", synthesize=300, verbosity=0)
    queries.forget()
    everything = narrowed({})
    assert everything.total == Matter.objects.count()
    chosen = {"class": "企业", "level": "city"}
    for key, value in (("type", "行政许可"), ("dept", "SC"), ("letter", "Y"), ("channel", "mobile")):
        promised = narrowed(chosen).counts[key].get(value, 0)
        assert narrowed({**chosen, key: value}).total == promised
    pages = [narrowed(chosen, offset=at, limit=50).page for at in range(0, narrowed(chosen).total, 50)]
    codes = [matter.matter for page in pages for matter in page]
    assert len(codes) == len(set(codes)) == narrowed(chosen).total
    assert all(
        (matter.level == "city" and matter.audience in ("org", "both")) or matter.used_in for p in pages for matter in p
    )
