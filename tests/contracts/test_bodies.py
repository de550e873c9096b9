"""What the portal sends is what the published contract says: for every item of every shipped bundle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from bundles import forms
from bundles import queries as catalogue
from bundles.spec import BundleSpec, Field
from cases.actions.applying import drafting
from cases.actions.delivery import dispatch
from cases.actions.delivery.bodies import change_body, filing_body, supplement_body
from cases.models import Case, SubApplication
from cases.queries.context import context_of
from tests.cases.test_every_bundle import applicant_for
from tests.contracts.schema import faults, undocumented
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister
from tests.factories.library import codes

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]
SCHEMAS = {"file": "Filing", "supplement": "Supplement", "withdraw": "Withdrawal", "change": "Change"}
TYPED: Mapping[str, Any] = {
    "date": "2026-11-24", "datetime": "2026-11-24T06:00", "integer": 3, "number": "1.5", "money": "36.50", "bool": True,
}  # fmt: skip


def as_sent(body: Mapping[str, Any]) -> Any:
    """The document as it stands in the bytes that go out."""
    return json.loads(json.dumps(body, ensure_ascii=False, cls=DjangoJSONEncoder))


def typed(field: Field) -> Any:
    return ["示例"] if field.type == "multi" else TYPED.get(field.type, "示例")


def answered(spec: BundleSpec) -> dict[str, Any]:
    """A value in every field, two rows in every repeating section."""
    found = {field.id: typed(field) for _, group, field in spec.walk_fields() if group is None and not field.is_group}
    for group in spec.groups.values():
        found[group.id] = [{field.id: typed(field) for field in group.fields} for _ in range(2)]
    return found


def full_case(code: str) -> Case:
    """A case of a bundle with everything filled in and an item of every kind on its way."""
    spec, applicant = catalogue.published(code).spec, applicant_for(code)
    guidance = {q.id: [q.options[0].value] if q.kind == "multi" else q.options[0].value for q in spec.guidance}
    case = drafting.start_draft(code, applicant=applicant, channel="online", guidance=guidance)
    case.answers = {**case.answers, "fields": answered(spec)}
    case.number, case.submitted_at = f"350200-{code}-20261121-000001-J", timezone.now()
    return case


def filed(case: Case, spec: BundleSpec) -> list[SubApplication]:
    """A row for every item, and for those filed once a row of a section, one for its second row."""
    made = []
    for seq, item in enumerate(spec.items, start=1):
        common = {"case": case, "item_id": item.id, "department": item.dept, "connect": item.connect}
        group = item.instances.group if item.instances else ""
        place = {"row_group": group, "row_index": 1, "instance_key": f"{group}.1"} if group in spec.groups else {}
        due = timezone.localdate() if seq % 2 else None
        made.append(SubApplication(seq=seq, number=uuid4().hex, next_at=timezone.now(), due_on=due, **common, **place))
    return SubApplication.objects.bulk_create(made)


@pytest.mark.parametrize("code", codes())
def test_every_body_of_every_item_is_in_the_contract(code: str, register: FakeRegister) -> None:
    case, spec = full_case(code), catalogue.published(code).spec
    context = context_of(case)
    chosen = forms.select(context)
    everything = replace(chosen, fields=frozenset(field.id for _, _, field in spec.walk_fields()))
    for sub in filed(case, spec):
        for selection in (chosen, everything):
            body = as_sent(filing_body(case, sub, context, selection))
            assert faults("Filing", body) == [] and not undocumented("Filing", body), (sub.item_id, body)
        about = list(body["fields"])
        more = as_sent(supplement_body(case, sub, context, everything, about))
        assert faults("Supplement", more) == [] and not undocumented("Supplement", more), (sub.item_id, more)
        values = {name: body["fields"][name] for name in about if name in {f.id for _, _, f in spec.walk_fields()}}
        change = as_sent(change_body(case, sub, values))
        assert faults("Change", change) == [] and not undocumented("Change", change), (sub.item_id, change)


def test_what_goes_out_for_a_newborn_is_in_the_contract(
    register: FakeRegister, licences: FakeLicences, departments: FakeDepartments
) -> None:
    """With papers, licences and what earlier items hand on."""
    newborn.fill_registers(register, licences)
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    lin, chen = newborn.account(newborn.LIN, "lin"), newborn.account(newborn.CHEN, "chen")
    newborn.submitted(lin, chen, guidance={"extra": ["care"]})
    dispatch.pump()
    assert len(departments.parcels) >= 7
    for parcel in departments.parcels:
        schema, body = SCHEMAS[parcel.purpose], json.loads(parcel.body)
        assert faults(schema, body) == [] and not undocumented(schema, body), parcel.body
        assert not any(undocumented("Material", paper) for paper in body.get("materials", []))
    bodies = departments.filings()
    assert any(body["upstream"] for body in bodies)
    assert {"upload", "licence"} <= {paper["source"] for body in bodies for paper in body["materials"]}
