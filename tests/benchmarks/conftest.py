"""A case of the standard work, run to its end in this process with departments from memory."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from benchmarks.product import filer, prepare
from benchmarks.work import ITEMS, NOTE
from bundles import loading, publishing, queries
from cases.actions.delivery import dispatch
from cases.models import Case
from tests.factories.doubles import FakeDepartments

LIBRARY = Path(prepare.HERE) / "library"


@pytest.fixture
def fanout(db: None) -> None:
    """The seven departments, their matters and the bundle of the standard work."""
    loading.load_registries(LIBRARY)
    queries.forget()  # what this process knew before: the transaction that loads does not end in a test
    publishing.publish(publishing.new_bundle(yaml.safe_load(prepare.definition("sync"))))


@pytest.fixture
def concluded(fanout: None, departments: FakeDepartments) -> Case:
    """Filed by the benchmark's own filer and decided item by item."""
    for item in ITEMS:
        result = {f"no_{item.lower()}": f"{item}-00000001", f"note_{item.lower()}": NOTE}
        departments.say(item=item, result=result)
    (made,) = filer.draft(prepare.CODES["sync"], 1)
    case_id = filer.submit(made)
    dispatch.pump()
    return Case.objects.get(pk=case_id)
