"""Filled cases are whole: they open, their history holds, and they name themselves."""

from __future__ import annotations

import json
from datetime import timedelta

from benchmarks.product import filer, filler
from cases.actions.engine.events import broken_link
from cases.models import Case, Delivery, Event, Result, SubApplication


def test_the_filer_files_a_case_that_runs_to_its_end(concluded: Case) -> None:
    assert (concluded.state, concluded.outcome) == ("concluded", "all")
    assert list(filer.decided([concluded.pk])) == [concluded.pk]
    assert SubApplication.objects.filter(case=concluded, state="approved").count() == 7


def test_a_filled_case_has_every_row_of_the_one_it_was_poured_from(concluded: Case) -> None:
    filler.fill(3, is_open=False, since=1000, years=3)
    for copy in Case.objects.exclude(pk=concluded.pk):
        for model, path in ((SubApplication, "case"), (Event, "case"), (Delivery, "sub__case"), (Result, "sub__case")):
            counts = [model.objects.filter(**{path: case}).count() for case in (copy, concluded)]
            assert counts[0] == counts[1] > 0, model
    assert Case.objects.count() == 4


def test_a_filled_case_is_of_another_person_and_another_day_and_opens(concluded: Case) -> None:
    filler.fill(1, is_open=False, since=1000, years=3)
    copy = Case.objects.exclude(pk=concluded.pk).get()
    assert copy.applicant_id != concluded.applicant_id
    assert copy.applicant_name == copy.applicant.name != concluded.applicant_name
    assert copy.submitted_at < concluded.submitted_at - timedelta(days=1)
    assert copy.answers["fields"]["owner_name"] == copy.applicant_name
    assert broken_link(copy) is None


def test_a_filled_promise_names_its_own_sub_application(concluded: Case) -> None:
    filler.fill(1, is_open=False, since=1000, years=3)
    copy = Case.objects.exclude(pk=concluded.pk).get()
    for delivery in Delivery.objects.filter(sub__case=copy):
        body = json.loads(delivery.body)
        assert (body["sub_application_id"], body["case_no"]) == (str(delivery.sub_id), copy.number)
        assert body["applicant"]["name"] == copy.applicant_name


def test_numbers_of_filled_cases_differ_and_carry_their_check_character(concluded: Case) -> None:
    from cases.actions.engine.numbering import check_character

    filler.fill(20, is_open=False, since=1000, years=3)
    numbers = list(Case.objects.values_list("number", flat=True))
    assert len(set(numbers)) == 21
    assert all(check_character(number[:-2]) == number[-1] for number in numbers)
