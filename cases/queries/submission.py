"""What a person submitted, as a file that stays provable: canonical JSON and its fingerprint (收件凭证)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from cases.models import Case, Material

# What is asked in a form; the rest of the answers (ticks, sources) says how the form was filled in.
SUBMITTED = ("guidance", "fields", "later", "elsewhere", "agent")


def fingerprint(text: str) -> str:
    """SHA-256 of a text, UTF-8, in hexadecimal: what `sha256sum` says of the file."""
    return sha256(text.encode()).hexdigest()


def answers_print(case: Case) -> str:
    """Stands for the answers as they are now; the id of the case in it keeps anybody from guessing them."""
    return fingerprint(_canonical({"case": str(case.pk), "answers": _answers(case)}))


def submitted_text(case: Case, items: Iterable[str], materials: Iterable[Material]) -> str:
    """The file that the fingerprint on a receipt is taken of: number, time, items, answers, files by their own."""
    return _canonical(
        {
            "case": str(case.pk),
            "number": case.number,
            "bundle": case.bundle_code,
            "bundle_version": str(case.bundle_version_id),
            "received_at": case.submitted_at,
            "applicant": {"name": case.applicant_name, "id_no": case.applicant_id_no},
            "items": list(items),
            "answers": _answers(case),
            "materials": [{"slot": m.slot, "source": m.source, "sha256": m.sha256} for m in materials],
        }
    )


def _answers(case: Case) -> dict[str, Any]:
    return {key: case.answers.get(key) for key in SUBMITTED if case.answers.get(key) is not None}


def _canonical(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), cls=DjangoJSONEncoder)
