"""Fees of every kind, at every time, with every answer to the waiver: what is asked for, what waits, what goes back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from cases.actions.applying import drafting, filing, withdrawal
from cases.actions.delivery import dispatch
from cases.actions.engine.sweep import sweep
from cases.actions.fees import charging, relief
from cases.actions.fees import payments as payments_of
from cases.errors import NotReady, WrongState
from cases.models import Attention, Case, Charge, Document, Pause, Refund
from cases.ports import Actor, StatedFee
from cases.queries.charges import withheld_subs
from cases.queries.results import results_of
from portal.accounts.models import Account
from tests.factories import newborn, toll
from tests.factories.doubles import FakeDepartments, FakePayments, FakeRegister, RecordingNotifier

pytestmark = pytest.mark.django_db
FIXED = {"kind": "fixed", "amount": 400, "unit": "人/年", "zh": "个人缴费", "when": "before_decision"}
MONTHS = 'fact("api:MI_PERSON@owner.months_total") * 10'
BY_MONTHS = {"kind": "formula", "expr": MONTHS, "when": "before_decision"}
STAFF = Actor("staff", department="SW")
LOW_INCOME = 'fact("api:LOW_INCOME_INFO@owner.kind") != None'


def pay(case: Case, channel: FakePayments, by: Account) -> None:
    """The applicant pays what is due, and comes back."""
    order = payments_of.begin(case.pk, by=by.actor)
    channel.pay(order.reference)
    assert payments_of.settle_open(case.pk) == "paid"
    dispatch.pump()


def submit(case: Case, by: Account) -> None:
    filing.submit_case(case.pk, by=by.actor, client_key=uuid4().hex)


def test_a_fixed_fee_holds_the_item_until_it_is_paid(
    lin: Account, departments: FakeDepartments, payments: FakePayments, notifier: RecordingNotifier
) -> None:
    toll.publish(FIXED)
    case = toll.filed(lin)
    dispatch.pump()
    assert departments.parcels == [] and toll.states(case) == {"FIRST": "waiting", "SECOND": "waiting"}
    charge = toll.charge(case)
    assert (charge.state, charge.amount, charge.relief) == ("due", Decimal("400.00"), "")
    assert Case.objects.get(pk=case.pk).state == "awaiting_applicant"
    assert [m.template for m in notifier.messages][-1] == "payment_due"
    pay(case, payments, lin)
    assert toll.charge(case).state == "paid"
    assert toll.states(case) == {"FIRST": "approved", "SECOND": "approved"}


# ---- kinds ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fee", "answers", "amount"),
    [
        ({"kind": "formula", "expr": "area * 1.005"}, {"area": "3"}, "3.02"),  # 3.015: half away from zero
        ({"kind": "formula", "expr": "80 if area < 100 else 550"}, {"area": "120"}, "550.00"),
        ({"kind": "fixed", "amount": 20.5}, {}, "20.50"),
        (
            {"kind": "table", "rows": [["official", 60], ["finance", 30], ["contract", 0]], "rows_by": "kinds"},
            {"kinds": ["official", "finance", "contract"]},
            "90.00",
        ),
    ],
)
def test_the_amount_is_what_the_bundle_says(
    lin: Account, departments: FakeDepartments, fee: dict[str, Any], answers: dict[str, Any], amount: str
) -> None:
    toll.publish({**fee, "when": "before_accept"})
    charge = toll.charge(toll.filed(lin, **answers))
    assert (charge.state, charge.amount) == ("due", Decimal(amount))


def test_each_instance_is_charged_by_itself(lin: Account, departments: FakeDepartments, payments: FakePayments) -> None:
    toll.publish(FIXED, instances={"group": "s_member", "by": "mb_name"})
    case = toll.filed(lin, members=("陈一诺", "陈一言"))
    charges = Charge.objects.filter(case=case)
    assert [charge.amount for charge in charges] == [Decimal("400.00")] * 2
    pay(case, payments, lin)
    assert payments.orders["PAY-00000001"].amount == Decimal("800.00"), "one order for all that is due"
    assert [len(order.lines) for order in payments.orders.values()] == [2]
    assert {charge.state for charge in Charge.objects.filter(case=case)} == {"paid"}


def test_a_formula_over_the_rows_is_the_sum_for_all_of_them(lin: Account, departments: FakeDepartments) -> None:
    by_head = {"kind": "formula", "expr": 'count("s_member") * 33.335', "when": "before_accept"}
    toll.publish(by_head, instances={"group": "s_member", "by": "mb_name"})
    case = toll.filed(lin, members=("甲", "乙", "丙"))
    amounts = sorted(charge.amount for charge in Charge.objects.filter(case=case))
    assert sum(amounts) == Decimal("100.01") and amounts == [Decimal("33.33"), Decimal("33.33"), Decimal("33.35")]


def test_nothing_to_pay_is_not_asked_for(lin: Account, departments: FakeDepartments) -> None:
    toll.publish(
        {"kind": "table", "rows": [["official", 0], ["finance", 0]], "rows_by": "kinds", "when": "before_accept"}
    )
    case = toll.filed(lin, kinds=["official"])
    assert (toll.charge(case).state, toll.charge(case).reason) == ("waived", "zero")
    dispatch.pump()
    assert toll.states(case)["FIRST"] == "approved"


def test_a_fee_that_others_collect_is_shown_and_holds_nothing(lin: Account, departments: FakeDepartments) -> None:
    toll.publish({"kind": "passthrough", "zh": "水费由水务公司收取", "when": "before_decision"})
    departments.say(item="FIRST", fee=StatedFee(Decimal("36.50"), "结清水费"))
    case = toll.filed(lin)
    dispatch.pump()
    charge = toll.charge(case)
    assert (charge.state, charge.amount, charge.label) == ("passthrough", Decimal("36.50"), "结清水费")
    assert toll.states(case)["FIRST"] == "approved"


def test_an_amount_that_nobody_knows_yet_waits_for_its_data_and_a_person_is_told(
    lin: Account, departments: FakeDepartments, register: FakeRegister
) -> None:
    toll.publish(BY_MONTHS)
    register.silent.add("MI_PERSON")
    case = toll.filed(lin)
    dispatch.pump()
    assert (toll.charge(case).state, toll.charge(case).amount) == ("pricing", None)
    assert Attention.objects.filter(case=case, reason="charge", closed_at=None).exists()
    register.silent.clear()
    register.put("MI_PERSON", newborn.LIN["id_no"], {"months_total": 12})
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        dispatch.pump()
    assert (toll.charge(case).state, toll.charge(case).amount) == ("due", Decimal("120.00"))
    assert not Attention.objects.filter(case=case, reason="charge", closed_at=None).exists()


def test_a_person_states_the_amount_that_cannot_be_worked_out(
    lin: Account, departments: FakeDepartments, register: FakeRegister
) -> None:
    toll.publish(
        {"kind": "formula", "expr": 'fact("api:MI_PERSON@owner.months_total") * 10', "when": "before_decision"}
    )
    register.silent.add("MI_PERSON")
    case = toll.filed(lin)
    dispatch.pump()
    relief.state_amount(toll.charge(case).pk, Decimal("55.5"), by=STAFF)
    assert (toll.charge(case).state, toll.charge(case).amount) == ("due", Decimal("55.50"))
    with pytest.raises(WrongState):
        relief.state_amount(toll.charge(case).pk, Decimal("1"), by=STAFF)


# ---- when ----------------------------------------------------------------------------------------------------


def test_before_submit_is_paid_on_the_draft(lin: Account, departments: FakeDepartments, payments: FakePayments) -> None:
    toll.publish({**FIXED, "when": "before_submit"})
    case = toll.draft(lin)
    with pytest.raises(NotReady, match="先缴费"):
        submit(case, lin)
    pay(case, payments, lin)
    submit(case, lin)
    assert toll.charge(case).sub.item_id == "FIRST"
    dispatch.pump()
    assert toll.states(case)["FIRST"] == "approved"


def test_answers_that_change_the_amount_give_the_old_one_back(
    lin: Account, departments: FakeDepartments, payments: FakePayments
) -> None:
    toll.publish({"kind": "formula", "expr": "area * 2", "when": "before_submit"})
    case = toll.draft(lin, area="10")
    pay(case, payments, lin)
    drafting.save_section(case.pk, "s_owner", {"area": "15"}, by=lin.actor)
    with pytest.raises(NotReady):
        submit(case, lin)
    pay(case, payments, lin)
    submit(case, lin)
    states = [(one.plan, one.state, one.amount) for one in Charge.objects.filter(case=case).order_by("plan")]
    assert states == [(1, "refunded", Decimal("20.00")), (2, "paid", Decimal("30.00"))]
    assert [amount for _, amount in payments.refunds.values()] == [Decimal("20.00")]


def test_a_draft_thrown_away_gives_back_what_was_paid_for_it(
    lin: Account, departments: FakeDepartments, payments: FakePayments
) -> None:
    toll.publish({**FIXED, "when": "before_submit"})
    case = toll.draft(lin)
    pay(case, payments, lin)
    drafting.discard_draft(case.pk, by=lin.actor)
    sweep()
    dispatch.pump()
    assert toll.charge(case).state == "refunded"


def test_a_rule_that_waits_for_the_payment_is_judged_again_at_once(
    lin: Account, departments: FakeDepartments, payments: FakePayments
) -> None:
    rules = [{"id": "A1", "zh": "缴费到账", "expr": 'paid("FIRST")', "fail": "wait"}]
    toll.publish(FIXED, decision={"kind": "auto", "rules": rules})
    case = toll.filed(lin)
    dispatch.pump()
    assert toll.states(case)["FIRST"] == "ready" and departments.parcels == []
    pay(case, payments, lin)
    assert toll.states(case)["FIRST"] == "approved"


def test_before_delivery_withholds_the_result_and_nothing_else(
    lin: Account, departments: FakeDepartments, payments: FakePayments
) -> None:
    toll.publish({**FIXED, "when": "before_delivery"})
    departments.say(item="FIRST", result={"voucher_no": "V1"})
    case = toll.filed(lin)
    dispatch.pump()
    assert toll.states(case) == {"FIRST": "approved", "SECOND": "approved"}, "what follows goes on"
    assert departments.filings("RS")[0]["upstream"] == {"FIRST": {"voucher_no": "V1"}}
    assert withheld_subs(case) == {toll.charge(case).sub_id}
    assert next((v.result_id, v.is_withheld, v.fields) for v in results_of(case)) == ("R_FIRST", True, ())
    pay(case, payments, lin)
    assert withheld_subs(case) == set()
    assert [field.value for field in results_of(case)[0].fields] == ["V1"]


def test_after_holds_nothing_back(lin: Account, departments: FakeDepartments) -> None:
    toll.publish({**FIXED, "when": "after"})
    case = toll.filed(lin)
    dispatch.pump()
    assert toll.charge(case).state == "due" and withheld_subs(case) == set()
    assert Case.objects.get(pk=case.pk).state == "concluded"


def test_a_fee_that_the_department_states_later_holds_the_approval_and_stops_its_clock(
    lin: Account, departments: FakeDepartments, payments: FakePayments, register: FakeRegister
) -> None:
    """Waiting for a payment is not the department's time (等待缴费停表)."""
    toll.publish({"kind": "formula", "expr": "area * 2", "when": "after"})
    case = toll.filed(lin)
    Charge.objects.filter(case=case).update(when="before_decision")
    departments.say_once("accepted", item="FIRST", fee=StatedFee(Decimal("88.00"), "核定费用"))
    dispatch.pump()
    charge = toll.charge(case)
    assert (charge.state, charge.amount) == ("due", Decimal("88.00"))
    assert Pause.objects.filter(sub=charge.sub, kind="payment", ended_at=None).exists()
    pay(case, payments, lin)
    assert not Pause.objects.filter(sub=charge.sub, kind="payment", ended_at=None).exists()


# ---- waive ---------------------------------------------------------------------------------------------------


def test_a_waiver_that_the_data_grants_asks_for_nothing(
    lin: Account, departments: FakeDepartments, register: FakeRegister
) -> None:
    toll.publish({**FIXED, "waive": LOW_INCOME})
    register.put("LOW_INCOME_INFO", newborn.LIN["id_no"], {"kind": "低保"})
    case = toll.filed(lin)
    dispatch.pump()
    assert (toll.charge(case).state, toll.charge(case).reason) == ("waived", "rule")
    assert toll.states(case)["FIRST"] == "approved"


def test_no_record_is_no_waiver(lin: Account, departments: FakeDepartments, register: FakeRegister) -> None:
    toll.publish({**FIXED, "waive": LOW_INCOME})
    case = toll.filed(lin)
    dispatch.pump()
    assert (toll.charge(case).state, toll.charge(case).relief) == ("due", "")


def test_an_unknown_waiver_refuses_nobody_and_a_person_decides(
    lin: Account, departments: FakeDepartments, register: FakeRegister
) -> None:
    toll.publish({**FIXED, "waive": LOW_INCOME})
    register.silent.add("LOW_INCOME_INFO")
    case = toll.filed(lin)
    dispatch.pump()
    charge = toll.charge(case)
    assert (charge.state, charge.relief) == ("due", "may_ask")
    relief.ask_relief(charge.pk, "低保家庭，系统没有查到", by=lin.actor)
    assert Case.objects.get(pk=case.pk).state == "in_progress" or not charging.waits(case, [])
    relief.decide_relief(charge.pk, True, by=STAFF)
    dispatch.pump()
    assert (toll.charge(case).state, toll.charge(case).relief) == ("waived", "granted")
    assert toll.states(case)["FIRST"] == "approved"


def test_relief_that_is_refused_leaves_the_fee_due(
    lin: Account, departments: FakeDepartments, register: FakeRegister, payments: FakePayments
) -> None:
    toll.publish({**FIXED, "waive": LOW_INCOME})
    register.silent.add("LOW_INCOME_INFO")
    case = toll.filed(lin)
    dispatch.pump()
    charge = relief.ask_relief(toll.charge(case).pk, "困难", by=lin.actor)
    with pytest.raises(WrongState, match="没有要缴"):
        payments_of.begin(case.pk, by=lin.actor)
    relief.decide_relief(charge.pk, False, by=STAFF)
    assert (toll.charge(case).state, toll.charge(case).relief) == ("due", "refused")
    pay(case, payments, lin)
    assert toll.states(case)["FIRST"] == "approved"


def test_a_waiver_that_becomes_known_while_it_is_due_counts(
    lin: Account, departments: FakeDepartments, register: FakeRegister
) -> None:
    toll.publish({**FIXED, "waive": LOW_INCOME})
    register.silent.add("LOW_INCOME_INFO")
    case = toll.filed(lin)
    dispatch.pump()
    register.silent.clear()
    register.put("LOW_INCOME_INFO", newborn.LIN["id_no"], {"kind": "低保"})
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        sweep()
        dispatch.pump()
    assert (toll.charge(case).state, toll.charge(case).reason) == ("waived", "rule")


# ---- the last day, withdrawal, refusal -----------------------------------------------------------------------


def test_a_fee_not_paid_within_its_time_ends_the_item_and_what_needs_it(
    lin: Account, departments: FakeDepartments
) -> None:
    toll.publish({**FIXED, "within": {"n": 30, "unit": "day"}})
    case = toll.filed(lin)
    dispatch.pump()
    with time_machine.travel(timezone.now() + timedelta(days=40)):
        sweep()
    assert toll.states(case) == {"FIRST": "lapsed", "SECOND": "cancelled"}
    paper = Document.objects.get(case=case, kind=Document.Kind.LAPSE)  # in writing, with its reason
    assert paper.values["why"] == "没有在规定的时间内缴费"
    assert toll.charge(case).state == "cancelled"


def test_a_refusal_before_the_service_gives_the_money_back(
    lin: Account, departments: FakeDepartments, payments: FakePayments, notifier: RecordingNotifier
) -> None:
    toll.publish(FIXED)
    departments.say("rejected", item="FIRST")
    case = toll.filed(lin)
    dispatch.pump()
    pay(case, payments, lin)
    assert toll.charge(case).state == "refunded"
    assert list(payments.refunds.values()) == [("PAY-00000001", Decimal("400.00"))]
    assert "payment_refunded" in [m.template for m in notifier.messages]


def test_a_withdrawn_item_is_no_longer_charged(
    lin: Account, departments: FakeDepartments, payments: FakePayments
) -> None:
    toll.publish(FIXED)
    case = toll.filed(lin)
    dispatch.pump()
    order = payments_of.begin(case.pk, by=lin.actor)
    withdrawal.withdraw_case(case.pk, by=lin.actor, reason="")
    assert toll.charge(case).state == "cancelled"
    sweep()
    assert payments.statuses[order.reference] == "closed", "nobody can pay it any more"


def test_money_that_arrives_after_a_withdrawal_goes_back_by_itself(
    lin: Account, departments: FakeDepartments, payments: FakePayments
) -> None:
    toll.publish(FIXED)
    case = toll.filed(lin)
    dispatch.pump()
    order = payments_of.begin(case.pk, by=lin.actor)
    payments.pay(order.reference)
    withdrawal.withdraw_case(case.pk, by=lin.actor, reason="")
    sweep()
    dispatch.pump()
    assert toll.charge(case).state == "refunded"
    assert list(payments.refunds.values()) == [(order.reference, Decimal("400.00"))]


def test_a_refund_that_the_channel_refuses_is_shown_to_a_person(
    lin: Account, departments: FakeDepartments, payments: FakePayments
) -> None:
    toll.publish(FIXED)
    departments.say("rejected", item="FIRST")
    case = toll.filed(lin)
    payments.refuses_refunds = True
    dispatch.pump()
    pay(case, payments, lin)
    assert Refund.objects.get().state == "refused" and toll.charge(case).state == "refund_due"
    assert Attention.objects.filter(case=case, reason="charge", closed_at=None).exists()


def test_a_refund_is_tried_again_with_the_same_key_while_the_channel_is_down(
    lin: Account, departments: FakeDepartments, payments: FakePayments
) -> None:
    toll.publish(FIXED)
    departments.say("rejected", item="FIRST")
    case = toll.filed(lin)
    dispatch.pump()
    order = payments_of.begin(case.pk, by=lin.actor)
    payments.pay(order.reference)
    payments_of.settle_open(case.pk)
    payments.is_down = True
    dispatch.pump()
    assert Refund.objects.get().tries == 1
    payments.is_down = False
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        dispatch.pump()
    assert Refund.objects.get().state == "done" and len(payments.refunds) == 1


@pytest.mark.usefixtures("known_family")
def test_the_premium_of_a_newborn_is_paid_after_the_enrolment_and_before_the_voucher(
    lin: Account, chen: Account, departments: FakeDepartments, payments: FakePayments
) -> None:
    """The shipped bundle: its rule waits for `paid("MI_PAY")`, its waiver asks a register."""
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen, guidance={"extra": ["pay"]})
    dispatch.pump()
    assert toll.states(case)["MI_JOIN"] == "approved" and toll.states(case)["MI_PAY"] == "ready"
    assert (toll.charge(case).state, toll.charge(case).amount) == ("due", Decimal("400.00"))
    pay(case, payments, lin)
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.outcome) == ("concluded", "all"), toll.states(case)
