"""Check digits and patterns of the code lists."""

from __future__ import annotations

import time

import pytest

from bundles.rules import ValidatorError, check_validator, check_value, compile_pattern, fits
from tests.bundles.rules.library import bundles, codelists, read

VALIDATORS = codelists()["validators"]
SAMPLES = read("samples.yaml")
KINDS = {"id_no": "id_gb11643", "uscc": "uscc_gb32100", "bank_card": "luhn_card", "imo_no": "imo_no"}
OTHERS = {
    "投资项目代码": "project_code",
    "不动产单元号（28位）": "unit_no_28",
    "出生医学证明编号": "birth_cert_no",
    "机动车号牌": "plate_cn",
    "法院案号": "case_no",
}
GOOD = [
    *[(KINDS[key], person[key]) for person in SAMPLES["persons"] for key in ("id_no", "bank_card")],
    *[("mobile_cn", person["phone"]) for person in SAMPLES["persons"]],
    *[("name_zh", person["name"]) for person in SAMPLES["persons"]],
    *[("id_gb11643", number) for number in SAMPLES["gb11643_valid_but_stdnum_rejects"]],
    *[("uscc_gb32100", company["uscc"]) for company in SAMPLES["companies"]],
    *[("uscc_gb32100", department["org_code"]) for department in read("departments.yaml")["departments"]],
    *[("imo_no", vessel["imo_no"]) for vessel in SAMPLES["vessels"]],
    *[("passport_no", foreigner["passport_no"]) for foreigner in SAMPLES["foreigners"]],
    *[("name_en", foreigner["given_names"]) for foreigner in SAMPLES["foreigners"]],
    *[(OTHERS[other["kind"]], other["number"]) for other in SAMPLES["other_numbers"]],
    ("id_gb11643", "43010420070915286x"),
    ("plate_cn", "闽DD00001"),
    ("tel_cn", "0592-5318888"),
    ("postcode_cn", "361000"),
    ("email", "lin@example.org"),
]
BAD = [
    *[(KINDS[sample["kind"]], sample["number"]) for sample in SAMPLES["invalid"]],
    ("id_gb11643", "350203940318628"),
    ("id_gb11643", "３50203199403186286"),
    ("id_gb11643", "350203199403186286\n"),
    ("id_gb11643", "000000000000000000"),
    ("uscc_gb32100", "91350200MA9XA0016d"),
    ("uscc_gb32100", "91350200MA9XA0016"),
    ("luhn_card", "0" * 15),
    ("luhn_card", "0" * 20),
    ("luhn_card", "6299 9900 0000 0010 003"),
    ("imo_no", "999001"),
    ("mobile_cn", "１３８00000001"),
    ("mobile_cn", "13800000001\n"),
    ("mobile_cn", "12800000001"),
    ("name_zh", "Lin"),
    ("email", "a@b"),
    ("email", "a" * 200 + "@example.org"),
]
RUNAWAY = [
    "(a+)+$",
    "(a|aa)+$",
    "(a*)*b",
    "(.*a){20}",
    ".*.*.*.*.*x",
    r"(\w+\s?)*$",
    r"([a-z]+)*\d",
    "(a{1,20}){1,20}b",
    "(?:a?){24}a{24}",
    r"(a)\1",
    "(a|b|ab)*c",
]


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_a_real_number_passes(name: str, value: str) -> None:
    assert check_value(name, VALIDATORS, value) is True


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_wrong_number_is_refused(name: str, value: str) -> None:
    assert check_value(name, VALIDATORS, value) is False


@pytest.mark.parametrize("name", sorted(KINDS.values()))
def test_any_single_wrong_digit_is_found(name: str) -> None:
    number = next(value for kind, value in GOOD if kind == name)
    for place, sign in enumerate(number):
        if sign.isdigit():
            changed = number[:place] + str((int(sign) + 1) % 10) + number[place + 1 :]
            assert check_value(name, VALIDATORS, changed) is False


@pytest.mark.parametrize("value", [None, 13800000001, True, ["13800000001"], ""])
def test_what_is_no_text_or_empty_does_not_pass(value: object) -> None:
    assert check_value("mobile_cn", VALIDATORS, value) is False


def test_every_shipped_validator_can_be_used() -> None:
    for name, validator in VALIDATORS.items():
        check_validator(name, validator)


def test_a_check_is_also_known_by_the_standard_it_begins_with() -> None:
    validators = {"agent_id": {"check": "GB 11643 第18位校验"}}
    assert check_value("agent_id", validators, "350203199403186286") is True
    assert check_value("agent_id", validators, "350203199403186281") is False


@pytest.mark.parametrize("validator", [{}, {"check": "凭感觉"}, {"regex": "("}, {"regex": "(a+)+"}, {"regex": 5}])
def test_a_validator_that_cannot_be_used_is_told(validator: dict[str, object]) -> None:
    with pytest.raises(ValidatorError):
        check_validator("own", validator)
    with pytest.raises(ValidatorError):
        check_value("own", {"own": validator}, "1")
    with pytest.raises(ValidatorError, match="没有校验规则"):
        check_value("other", {"own": validator}, "1")


@pytest.mark.parametrize("pattern", RUNAWAY)
def test_a_pattern_that_could_run_away_is_refused(pattern: str) -> None:
    with pytest.raises(ValidatorError, match="重复"):
        compile_pattern(pattern)


def test_the_worst_pattern_that_is_taken_ends_in_time() -> None:
    started = time.thread_time()
    assert fits(".*.*.*.*x", "a" * 120) is False
    assert fits(r"(\d+(\.\d+)?[×xX*]\d+(\.\d+)?)", "1" * 119 + "!") is False
    assert time.thread_time() - started < 1


def test_the_patterns_in_shipped_fields_are_taken() -> None:
    patterns = list(_patterns_in(bundles()))
    assert len(patterns) >= 10
    for pattern in patterns:
        compile_pattern(pattern)


def _patterns_in(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["regex"]] if isinstance(part.get("regex"), str) else []
        return own + [pattern for value in part.values() for pattern in _patterns_in(value)]
    return [pattern for entry in part for pattern in _patterns_in(entry)] if isinstance(part, list) else []
