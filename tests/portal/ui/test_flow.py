"""The picture of the items: waves, places without overlap, every edge drawn; with 3, 7, 15 and 21 items and more."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.ui.flow import Band, FlowEdge, FlowError, FlowNode, FlowPicture, draw
from portal.ui.gallery_flow import big_case, long_plan, newborn_case, newborn_plan, three_items
from tests.factories import library

LIBRARY = Path(__file__).parents[3] / "bundles" / "library" / "bundles"
GALLERY = {"3": three_items, "7": newborn_case, "9": newborn_plan, "15": long_plan, "21": big_case}


def node(key: str, state: str = "plan", wave: int | None = None, title: str = "") -> FlowNode:
    return FlowNode(key, title or key, "WJ", "卫健", state, "通常 1 天", wave)


def shipped_pictures() -> dict[str, FlowPicture]:
    pictures = {}
    for path in sorted(LIBRARY.glob("*.yaml")):
        bundle = library.read(path)
        nodes = [FlowNode(i["id"], i["zh"], i["dept"], i["dept"], "plan", "通常 1 天") for i in bundle["items"]]
        edges = [FlowEdge(d["item"], i["id"]) for i in bundle["items"] for d in i.get("depends_on") or []]
        pictures[bundle["code"]] = draw(nodes, edges)
    return pictures


PICTURES = {**{f"gallery {name}": make() for name, make in GALLERY.items()}, **shipped_pictures()}
MAPS = [pytest.param(picture, id=name) for name, picture in PICTURES.items() if picture.bands]


def wave_of(picture: FlowPicture) -> dict[str, int]:
    waves = [wave for band in picture.bands for wave in band.waves]
    waves += [step.wave for lane in picture.lanes for step in lane]
    return {card.node.key: wave.number for wave in waves for card in wave.cards}


def x_range(column: int) -> tuple[int, int]:
    return 104 + 232 * (column - 1), 104 + 232 * (column - 1) + 192


def levels(path: str) -> list[tuple[float, float, float]]:
    """The straight parts of a path: (y, from x, to x)."""
    parts, x, y = [], 0.0, 0.0
    for letter, numbers in re.findall(r"([MCH])([-\d. ]+)", path):
        values = [float(number) for number in numbers.split()]
        if letter == "H":
            parts.append((y, x, values[0]))
            x = values[0]
        else:
            x, y = values[-2:]
    return parts


def cards_of(band: Band) -> list[tuple[int, int, int]]:
    return [(card.column, (card.row - 1) * 40, (card.row - 1 + card.span) * 40) for w in band.waves for card in w.cards]


def test_an_item_stands_one_wave_after_the_latest_it_waits_for() -> None:
    edges = [FlowEdge("a", "b"), FlowEdge("b", "c"), FlowEdge("a", "c"), FlowEdge("a", "d")]
    assert wave_of(draw([node(key) for key in "abcd"], edges)) == {"a": 1, "b": 2, "c": 3, "d": 2}


def test_a_given_wave_holds_unless_the_item_must_wait_longer() -> None:
    nodes = [node("a"), node("b", wave=3), node("c", wave=1)]
    picture = draw(nodes, [FlowEdge("a", "c"), FlowEdge("c", "b")])
    assert wave_of(picture) == {"a": 1, "c": 2, "b": 3}


def test_the_newborn_picture_stands_as_it_was_drawn_by_hand() -> None:
    band = newborn_case().bands[0]
    places = {card.node.key: card.place for wave in band.waves for card in wave.cards}
    assert (places["BIRTH_CERT"], places["HUKOU"]) == ("c1 r5 t2", "c2 r5 t2")
    assert (places["VACCINE_BOOK"], places["MATERNITY_PAY"]) == ("c2 r2 t2", "c2 r8 t2")
    paths = {(thread.source, thread.target): thread.path for thread in band.threads}
    assert paths["start", "BIRTH_CERT"] == "M58 200H104"
    assert paths["BIRTH_CERT", "VACCINE_BOOK"] == "M296 200C316 200 316 80 336 80"
    assert paths["VACCINE_BOOK", "end"] == "M528 80H992C1021 80 1021 200 1050 200"


def test_three_items_keep_to_two_narrow_columns() -> None:
    (band,) = three_items().bands
    assert (band.wide, band.width) == (2, 656)


@pytest.mark.parametrize("picture", MAPS)
def test_no_two_cards_overlap_and_all_stand_inside(picture: FlowPicture) -> None:
    for band in picture.bands:
        for one, other in combinations(cards_of(band), 2):
            assert one[0] != other[0] or one[2] <= other[1] or other[2] <= one[1]
        assert all(top >= 40 and bottom <= band.height for _, top, bottom in cards_of(band))


@pytest.mark.parametrize("picture", MAPS)
def test_no_thread_runs_through_a_card(picture: FlowPicture) -> None:
    for band in picture.bands:
        for thread in band.threads:
            for y, begins, ends in levels(thread.path):
                for column, top, bottom in cards_of(band):
                    left, right = x_range(column)
                    assert ends <= left or begins >= right or not top < y < bottom, (thread, column, top)


@pytest.mark.parametrize("picture", [pytest.param(picture, id=name) for name, picture in PICTURES.items()])
def test_a_band_has_four_waves_at_most_and_the_grid_has_a_class_for_every_row(picture: FlowPicture) -> None:
    for band in picture.bands:
        assert 1 <= band.wide <= 4
        assert band.rows <= 48
        assert all(card.span <= 6 for wave in band.waves for card in wave.cards)


@pytest.mark.parametrize("code", [path.stem for path in sorted(LIBRARY.glob("*.yaml"))])
def test_every_dependency_of_a_shipped_bundle_is_drawn(code: str) -> None:
    bundle = library.read(LIBRARY / f"{code}.yaml")
    picture = PICTURES[bundle["code"]]
    wanted = {(d["item"], i["id"]) for i in bundle["items"] for d in i.get("depends_on") or []}
    if picture.bands:
        drawn = {(thread.source, thread.target) for band in picture.bands for thread in band.threads}
        assert wanted <= drawn
        keys = {i["id"] for i in bundle["items"]}
        assert {("start", key) for key in keys - {target for _, target in wanted}} <= drawn
        assert {(key, "end") for key in keys - {source for source, _ in wanted}} <= drawn
    else:
        waits = {c.node.key: c.after for lane in picture.lanes for step in lane for c in step.wave.cards}
        titles = {i["id"]: i["zh"] for i in bundle["items"]}
        assert all(titles[source] in waits[target] for source, target in wanted)


def test_an_edge_between_two_bands_leaves_the_one_and_enters_the_other() -> None:
    nodes = [node(key) for key in "abcdef"]
    picture = draw(nodes, [FlowEdge(one, other) for one, other in pairwise("abcdef")])
    assert [band.wide for band in picture.bands] == [3, 3]
    first, second = picture.bands
    assert ("c", "d") in {(t.source, t.target) for t in first.threads}
    assert ("c", "d") in {(t.source, t.target) for t in second.threads}
    assert (first.first, first.last, second.first, second.last) == (True, False, False, True)


def test_more_than_eight_at_once_are_packed_with_their_threads() -> None:
    picture = big_case()
    assert not picture.bands
    (lane,) = picture.lanes
    assert [len(step.wave.cards) for step in lane] == [1, 18, 1, 1]
    assert [step.wide for step in lane] == [False, True, False, False]
    assert lane[2].wave.passing == 18
    assert [bool(step.gap and step.gap.threads) for step in lane] == [True, True, True, False]


def test_eight_at_once_are_still_cards() -> None:
    assert draw([node(str(number)) for number in range(8)], []).bands
    assert draw([node(str(number)) for number in range(9)], []).lanes


def test_a_thread_is_dashed_until_the_result_is_there() -> None:
    threads = {(t.source, t.target): t.classes for t in newborn_case().bands[0].threads}
    assert threads["BIRTH_CERT", "HUKOU"] == "e d-wj"
    assert threads["HUKOU", "SBK"] == "e e--wait"


def test_items_that_wait_for_each_other_are_named_in_the_error() -> None:
    nodes = [node("a", title="落户"), node("b", title="参保")]
    with pytest.raises(FlowError, match="落户、参保"):
        draw(nodes, [FlowEdge("a", "b"), FlowEdge("b", "a")])


def test_an_edge_to_an_item_the_case_leaves_out_is_not_drawn() -> None:
    picture = draw([node("a")], [FlowEdge("gone", "a")])
    assert {(t.source, t.target) for t in picture.bands[0].threads} == {("start", "a"), ("a", "end")}


def test_no_items_make_an_empty_picture() -> None:
    assert draw([], []).bands == ()


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_order_of_items_is_drawn_without_overlap(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 21))
    keys = [f"i{number}" for number in range(count)]
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] < pair[1])
    links = data.draw(st.lists(pairs, max_size=30, unique=True)) if count > 1 else []
    titles = data.draw(st.lists(st.integers(2, 26), min_size=count, max_size=count))
    nodes = [node(key, title="事" * letters) for key, letters in zip(keys, titles, strict=True)]
    picture = draw(nodes, [FlowEdge(keys[one], keys[other]) for one, other in links])
    numbers = wave_of(picture)
    assert set(numbers) == set(keys)
    assert all(numbers[keys[one]] < numbers[keys[other]] for one, other in links)
    test_no_two_cards_overlap_and_all_stand_inside(picture)
    test_no_thread_runs_through_a_card(picture)
