"""Registers suggest answers to situation questions; nobody is answered for. 个人信息保护法 第六条."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bundles.forms import Context, Suggestion, lookups_for_suggestions, lookups_wanted, select, suggested
from tests.bundles.forms.world import FATHER, MOTHER, NOW, Registers, filing, newborn, question, small
from tests.factories.library import codes, companies, registry, spec

ID = {"id_no": MOTHER["id_no"]}
NAMED = {"name": MOTHER["name"], **ID}
SHOP = next(c for c in companies().values() if c["uscc"] == "91350200MA9XA0016D")


def unanswered(registers: Registers, **guidance: Any) -> Context:
    """林晓岚 has agreed to look-ups and answered nothing but this."""
    return replace(newborn(), answers={"guidance": guidance, "fields": {}}, facts=registers)


def known() -> Registers:
    """Everything that a hospital, the police and the insurance say of her."""
    registers = Registers()
    registers.holds("api", "DELIVERY_INFO", {"mother_id": MOTHER["id_no"]}, {"birth_time": "2026-10-30T08:15:00+08:00"})
    registers.holds("api", "MARRIAGE_INFO", NAMED, {"status": "20"})
    registers.holds("api", "HUKOU_INFO", ID, {"household_type": "集体户"})
    registers.holds("api", "MI_PERSON", ID, {"scheme": "职工医保", "status": "正常参保", "months_city": 92})
    return registers.holds("licence", "MATERNITY_REG", ID, {"reg_no": "SY2026001"})


def values(context: Context) -> dict[str, Any]:
    return {name: one.value for name, one in suggested(context, select(context)).items()}


def test_registers_suggest_what_they_know_and_say_which_they_are() -> None:
    context = unanswered(known())
    found = suggested(context, select(context))
    assert found["marital"] == Suggestion("married", "婚姻登记信息")
    assert {name: one.value for name, one in found.items()} == {
        "born_at": "hospital", "marital": "married", "maternity": "employee", "has_reg": "yes",
    }  # fmt: skip
    assert suggested(context, select(context), "en")["marital"].source == "Marriage registration"


def test_a_question_of_the_applicants_own_wish_is_never_suggested() -> None:
    assert not {"hukou_with", "extra"} & set(values(unanswered(known())))


def test_a_suggestion_is_no_answer() -> None:
    context = unanswered(known())
    assert "M_MARRIAGE" not in select(context).materials
    assert select(context).answered == {}


def test_a_suggestion_reads_the_answers_before_it() -> None:
    assert values(unanswered(known(), hukou_with="mother"))["hukou_kind"] == "collective"
    assert "hukou_kind" not in values(unanswered(known(), hukou_with="father")), "nobody asked about the father"
    registers = known().holds("api", "HUKOU_INFO", {"id_no": FATHER["id_no"]}, {"household_type": "家庭户"})
    context = unanswered(registers, hukou_with="father")
    context = replace(context, answers={**context.answers, "fields": {"father_id": FATHER["id_no"]}})
    context = replace(context, answers={**context.answers, "guidance": {"hukou_with": "father", "marital": "married"}})
    assert values(context)["hukou_kind"] == "family"


def test_silence_and_no_record_suggest_nothing() -> None:
    assert values(unanswered(Registers())) == {}, "nobody has been asked, or nobody answered"
    nobody = Registers().holds("api", "MARRIAGE_INFO", NAMED).holds("licence", "MATERNITY_REG", ID)
    assert values(unanswered(nobody)) == {}


def test_an_old_delivery_says_nothing_of_this_child() -> None:
    registers = Registers()
    registers.holds("api", "DELIVERY_INFO", {"mother_id": MOTHER["id_no"]}, {"birth_time": "2021-05-02T08:15:00+08:00"})
    assert values(unanswered(registers)) == {}


def test_an_answered_question_is_not_suggested_again() -> None:
    assert "marital" not in values(unanswered(known(), marital="single_mother"))


def test_an_answer_that_ends_the_filing_or_cannot_be_chosen_is_not_suggested() -> None:
    one = question("a", {"value": "here"}, {"value": "gone", "stop": "请到窗口"}, suggest='"gone"')
    two = question("b", {"value": "x", "when": 'a == "gone"'}, {"value": "y"}, suggest='"x"')
    three = question("c", {"value": "x"}, suggest='"moon"')
    assert values(filing(small(guidance=[one, two, three]), guidance={})) == {"b": "x"}, "not known yet: it may be"
    assert values(filing(small(guidance=[one, two, three]), guidance={"a": "here"})) == {}


def test_of_several_options_each_is_judged_and_what_is_not_known_is_left_open() -> None:
    uscc = {"uscc": SHOP["uscc"]}
    account = {"kind": "org", "uscc": SHOP["uscc"]}
    registers = Registers().holds("api", "SI_UNIT", uscc, {"si_no": "SI1"}).holds("api", "MI_UNIT", uscc)
    context = Context(spec("QYZX"), registry(), {"guidance": {}, "fields": {}}, NOW, account=account, facts=registers)
    assert suggested(context, select(context))["others"] == Suggestion(
        ["si"], "单位社会保险信息、单位医保参保信息", False
    )
    for code in ("GJJ_UNIT", "CUSTOMS_INFO", "SEAL_INFO", "ENT_PERMITS"):
        registers.holds("api", code, uscc)
    registers.holds("licence", "BANK_BASIC", uscc, {"account_no": "62170001"})
    whole = suggested(replace(context), select(context))["others"]
    assert (whole.value, whole.is_whole) == (["si", "bank"], True)


def test_only_what_suggestions_read_is_asked_at_first() -> None:
    context = unanswered(Registers())
    asked = {(one.kind, one.code) for one in lookups_for_suggestions(context, select(context))}
    assert asked == {
        ("api", "DELIVERY_INFO"), ("api", "MARRIAGE_INFO"), ("api", "MI_PERSON"), ("licence", "MATERNITY_REG"),
    }  # fmt: skip
    assert asked < {(one.kind, one.code) for one in lookups_wanted(context, select(context))}
    answered = newborn()
    assert lookups_for_suggestions(answered, select(answered)) == ()


def test_a_bundle_without_suggestions_asks_and_suggests_nothing() -> None:
    plain = filing(small(guidance=[question("a", {"value": "x"}, {"value": "y"})]))
    assert suggested(plain, select(plain)) == {}
    assert lookups_for_suggestions(plain, select(plain)) == ()


def test_no_shipped_bundle_suggests_anything_while_registers_are_silent() -> None:
    for code in codes():
        for kind in ("person", "org"):
            context = Context(spec(code), registry(), {"guidance": {}, "fields": {}}, NOW, account={"kind": kind})
            found = suggested(context, select(context))
            assert {one.source for one in found.values()} <= {"实名账户"}, code
