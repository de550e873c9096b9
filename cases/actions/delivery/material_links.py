"""Links by which a department fetches the files of its own items: signed, for one department, for a limited time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction

from cases import access
from cases.models import Material, SubApplication
from cases.ports import Actor

SALT = "department-material"
VALID_FOR = timedelta(days=30)  # a department may be away for long; the body that quotes the link never changes


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as it goes to a department."""

    media_type: str
    content: bytes


def link_to(material: Material, department: str) -> str:
    """The address of a file for one department."""
    token = signing.dumps([str(material.pk), department], salt=SALT)
    return f"{settings.PORTAL_URL}/callbacks/{department}/materials/{token}"


def fetch(token: str, department: str) -> Fetched | None:
    """The file behind a link, leaving a trace of the reading; None for a link that is false, old or another's."""
    try:
        material_id, addressee = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    material = Material.objects.filter(pk=material_id).exclude(file="").first()
    if material is None or addressee != department or not _has_business(material, department):
        return None
    with transaction.atomic():
        reader = Actor("department", department=department)
        access.record_access(material.case_id, by=reader, what=f"material:{material.slot}", purpose="办理子办件")
        return Fetched(material.media_type, material.file.open("rb").read())


def _has_business(material: Material, department: str) -> bool:
    return SubApplication.objects.filter(case_id=material.case_id, department=department).exists()
