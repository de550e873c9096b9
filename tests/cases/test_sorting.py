"""Which paper a file of the pile may be: by its name, by where it went before, by what is left."""

from __future__ import annotations

import pytest

from cases.queries.sorting import Loose, Place, Proposal, misplaced, proposals, same_kind

PLACES = [
    Place("M_ID_PARENTS", "父母身份证", is_wanted=False),
    Place("M_HUKOU_BOOK", "入户方户口簿（首页、户主页、父或母页）"),
    Place("M_MARRIAGE", "结婚证"),
    Place("M_COLLECTIVE", "集体户口簿首页及单位同意落户证明", is_wanted=False),
    Place("M_DISCHARGE", "出院小结（诊断证明）"),
    Place("M_RECEIPT", "生育医疗费用票据"),
    Place("M_POA", "授权委托书及代办人身份证", is_wanted=False),
]


def file(name: str) -> Loose:
    return Loose(name, name, f"hash of {name}")


@pytest.mark.parametrize(
    ("name", "slot"),
    [
        ("户口本首页.jpg", "M_HUKOU_BOOK"),
        ("户主页 (2).png", "M_HUKOU_BOOK"),
        ("hukouben1.jpg", "M_HUKOU_BOOK"),
        ("结婚证.pdf", "M_MARRIAGE"),
        ("jiehunzheng.png", "M_MARRIAGE"),
        ("出院记录.pdf", "M_DISCHARGE"),
        ("发票1.jpg", "M_RECEIPT"),
        ("爸爸身份证正面.jpg", "M_ID_PARENTS"),
        ("委托书.pdf", "M_POA"),
        ("单位同意落户.jpg", "M_COLLECTIVE"),
    ],
)
def test_a_name_speaks_for_the_paper_people_mean(name: str, slot: str) -> None:
    assert proposals([file(name)], PLACES)[name].slot == slot


@pytest.mark.parametrize("name", ["IMG_2041.jpg", "微信图片_20260101.jpg", "扫描件.pdf", ".jpg", "1"])
def test_a_name_that_says_nothing_gets_no_proposal(name: str) -> None:
    assert proposals([file(name)], PLACES) == {}


def test_a_proposal_says_by_which_word() -> None:
    told = proposals([file("宝妈出院记录.pdf")], PLACES)
    assert told == {"宝妈出院记录.pdf": Proposal("M_DISCHARGE", "name", "出院记录")}


def test_a_file_goes_where_it_went_before_whatever_it_is_called() -> None:
    told = proposals([file("结婚证.jpg")], PLACES, {"hash of 结婚证.jpg": "出院小结"})
    assert told["结婚证.jpg"] == Proposal("M_DISCHARGE", "before", "出院小结")


def test_the_last_file_belongs_to_the_last_paper_wanted() -> None:
    places = [Place("A", "结婚证"), Place("B", "出院小结"), Place("C", "劳动合同", is_wanted=False)]
    told = proposals([file("结婚证.jpg"), file("IMG_1.jpg")], places)
    assert told["IMG_1.jpg"] == Proposal("B", "last")


def test_a_file_in_the_wrong_paper_by_its_name_is_seen() -> None:
    files = [(file("结婚证.jpg"), "M_DISCHARGE"), (file("出院小结.jpg"), "M_DISCHARGE"), (file("1.jpg"), "M_MARRIAGE")]
    assert misplaced(files, PLACES) == {"结婚证.jpg": "M_MARRIAGE"}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("户口簿", "身份证、户口簿", True),
        ("结婚证", "结婚证（离婚证及协议）", True),
        ("不动产权证书或购房合同", "不动产权证书", True),
        ("结婚证", "出院小结", False),
        ("身份证", "母亲身份证", False),
    ],
)
def test_papers_are_of_a_kind_by_what_they_are_called(one: str, other: str, same: bool) -> None:
    assert same_kind(one, other) is same
