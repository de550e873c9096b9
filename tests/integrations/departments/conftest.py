from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from bundles.models import Bundle, BundleVersion, Department
from cases.models import Case, Delivery, SubApplication
from cases.protection import blind_index
from cases.states import CaseState, DeliveryState, SubState
from portal.accounts.models import Account
from tests.factories import library


def filed(department: str = "GA", item: str = "HUKOU", state: SubState = SubState.DISPATCHED) -> SubApplication:
    """A sub-application of 林晓岚's newborn case, as it stands once the department has the filing."""
    now = timezone.now()
    case = _case()
    is_final = state in {SubState.APPROVED, SubState.WITHDRAWN}
    sub = SubApplication.objects.create(
        case=case,
        seq=1,
        number=f"{case.number}-01",
        item_id=item,
        department=department,
        connect="api-callback",
        state=state,
        dispatched_at=now,
        next_at=None if is_final else now + timedelta(hours=1),
        closed_at=now if is_final else None,
    )
    key = uuid4()
    Delivery.objects.create(
        sub=sub,
        department=department,
        purpose=Delivery.Purpose.FILE,
        key=key,
        target_key=key,
        body="{}",
        body_sha256="",
        state=DeliveryState.DONE,
    )
    return sub


def _case() -> Case:
    person = library.person("林晓岚")
    index = blind_index(person["id_no"])
    applicant = Account.objects.filter(id_index=index).first() or Account.objects.create_user(
        f"lin-{uuid4().hex[:6]}", name=person["name"], id_no=person["id_no"]
    )
    now = timezone.now()
    return Case.objects.create(
        number=f"350200-XSECS-20261121-{Case.objects.count() + 1:06d}-J",
        bundle_version=_version(),
        bundle_code="XSECS",
        applicant=applicant,
        applicant_kind="person",
        applicant_name=person["name"],
        applicant_id_no=person["id_no"],
        applicant_index=index,
        region="350200",
        state=CaseState.SUBMITTED,
        submitted_at=now,
        saved_at=now,
        next_at=now + timedelta(hours=1),
    )


def _version() -> BundleVersion:
    document = library.document("XSECS")
    known = BundleVersion.objects.filter(bundle__code="XSECS").first()
    if known is not None:
        return known
    lead, _ = Department.objects.get_or_create(
        code=document["lead"], defaults={"name": "市卫生健康委员会", "short": "卫健", "kind": "government"}
    )
    bundle = Bundle.objects.create(
        code="XSECS", zh=document["zh"], class_name=document["class"], stage=document["stage"], lead=lead
    )
    return BundleVersion.objects.create(
        bundle=bundle, number=1, state="published", document=document, published_at=timezone.now()
    )


@pytest.fixture
def sub() -> SubApplication:
    return filed()
