"""A batch: the organisation brings a table of people, each of them says yes and is served in a case of the own."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bundles import forms
from bundles import queries as catalogue
from bundles.forms.tables import columns_of
from cases.actions.batches import confirming
from cases.actions.batches import rosters as actions
from cases.queries import rosters as views
from portal.seed_check.values import written

if TYPE_CHECKING:
    from portal.seed_check.walk import Walk

ASKED = "asked"


def bring(walk: Walk) -> None:
    """Import the scenario's people as a CSV file, the columns named as the form names them."""
    file = io.BytesIO(table(walk).encode("utf-8-sig"))
    file.name = "roster.csv"
    actions.import_roster(walk.case_id, file, by=walk.applicant.actor)


def table(walk: Walk) -> str:
    """The roster of a scenario: what it says of each person, likely values for the rest."""
    batch = walk.spec.batch
    assert batch is not None
    columns = columns_of(walk.spec, batch.group, catalogue.registry())
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow([column.heading for column in columns])
    for number, said in enumerate(walk.script.roster):
        sheet.writerow([_cell(walk, column.field, said, forms.Row(batch.group, number)) for column in columns])
    return out.getvalue()


def _cell(walk: Walk, field: Any, said: Mapping[str, Any], row: forms.Row) -> str:
    if field.id in said:
        return str(written(said[field.id]))
    known = walk.world.people.named(str(said["name"])) if said.get("name") else None
    own = {"id_number": "id_no", "phone": "phone", "bank_card": "bank_card"}.get(field.type, "")
    if own and known is not None:
        return str(getattr(known, own))
    if not field.required:
        return ""
    values = walk.proposals.of(field, forms.Place(field.id, row))
    return str(values[0]) if values else ""


class Confirmations:
    """The people of a roster who have answered."""

    def __init__(self) -> None:
        self.served: dict[UUID, str] = {}

    def act(self, walk: Walk) -> bool:
        """The next person who was asked says yes, and the own case is walked to its end."""
        view = views.roster_view(walk.case) if walk.spec.batch is not None else None
        for row in view.rows if view is not None else ():
            if row.state == ASKED and row.id not in self.served:
                self.served[row.id] = self._serve(walk, row.id, row.name)
                return True
        return False

    def _serve(self, walk: Walk, row_id: UUID, name: str) -> str:
        script = replace(walk.script, applicant=name, roster=(), rows={}, fields={}, cast={}, begins_on="")
        mine = type(walk)(walk.world, script)
        mine.case_id = confirming.begin(row_id, account=mine.applicant).pk
        mine.hand_in_and_follow()
        walk.filler.typed |= mine.filler.typed
        return f"{mine.case.state}/{mine.case.outcome}"
