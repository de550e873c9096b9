"""Rosters: imported, checked row by row, corrected singly. One bad row stops nobody.

An organisation may bring a roster and remind people; it cannot consent for them. 个人信息保护法 第十三、十四条.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms, queries
from bundles.forms import tables
from bundles.forms.typed import EMPTY, Illtyped
from bundles.forms.words import short_label
from bundles.spec import BundleSpec
from cases.actions.applying import layers
from cases.actions.batches import roster_files
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.actions.papers.uploads import Posted, forget_file
from cases.errors import BadUpload, CaseError, NotReady, WrongState
from cases.models import Case, Material, Roster, RosterRow
from cases.ports import Actor
from cases.protection import blind_index
from cases.queries.context import context_of
from cases.states import CaseState

CHUNK = 200
State = RosterRow.State
TO_CORRECT = frozenset({State.FAULTY, State.RETURNED})
LIVE = (State.ASKED, State.FILED, State.DONE)
CSV = "text/csv"


@dataclass(frozen=True, slots=True)
class Imported:
    """How an import went: rows that go on, rows to be corrected."""

    good: int
    bad: int


# ---- importing ----------------------------------------------------------------------------------------------


def import_roster(case_id: UUID, file: Posted, *, by: Actor) -> Imported:
    """Take in a roster; it replaces one imported before. Raises BadUpload, WrongState once the batch is filed."""
    case = Case.objects.select_related("applicant").get(pk=case_id)
    context = context_of(case)
    batch = _batch_of(case, context.spec)
    sheet = roster_files.read_sheet(file, formats=batch.upload.format, most=batch.rows.max)
    read = _read(context, sheet)
    with transaction.atomic():
        case = lock_case(case_id)
        _check_draft(case)
        roster = _roster_for(case, batch.group)
        RosterRow.objects.filter(roster=roster).delete()
        rows = [_row(roster, context.spec, number, checked) for number, checked in read]
        _mark_doubles(context, rows)
        _mark_taken(rows)
        RosterRow.objects.bulk_create(rows, batch_size=500)
        counted = settle_import(case, roster)
        record(case, "roster.imported", by=by, good=counted.good, bad=counted.bad)
        return counted


def _batch_of(case: Case, spec: BundleSpec) -> Any:
    if spec.batch is None or case.answers.get("layer") != layers.BATCH:
        raise CaseError(_("这件事不用导入名册"))
    return spec.batch


def _check_draft(case: Case) -> None:
    if case.state != CaseState.DRAFT:
        raise WrongState(_("名册已经提交，不能整份重新导入；有误的行可以逐行更正"))


def _roster_for(case: Case, group: str) -> Roster:
    roster, _is_new = Roster.objects.get_or_create(case=case, round=1, defaults={"group": group})
    return roster


def _read(context: forms.Context, sheet: roster_files.Sheet) -> list[tuple[int, tables.CheckedRow]]:
    """Every row as typed values with its faults, in chunks, by the checks of the form."""
    assert context.spec.batch is not None
    group = context.spec.batch.group
    columns = _columns(context, sheet.heading)
    found: list[tuple[int, tables.CheckedRow]] = []
    for start in range(0, len(sheet.lines), CHUNK):
        lines = sheet.lines[start : start + CHUNK]
        typed = [_typed(context, group, columns, cells) for _number, cells in lines]
        checked = tables.check_rows(context, group, [values for values, _ill in typed])
        for (number, _cells), (_values, ill), row in zip(lines, typed, checked, strict=True):
            wrong = {fault.field: fault for fault in (*row.faults, *ill)}
            found.append((number, tables.CheckedRow(row.values, tuple(wrong.values()))))
    return found


def _columns(context: forms.Context, heading: Sequence[str]) -> list[tables.Column | None]:
    """What each column of the file means. Raises BadUpload where one that is needed is missing or stands twice."""
    assert context.spec.batch is not None
    known = tables.columns_of(context.spec, context.spec.batch.group, context.registry)
    found = [tables.column_named(known, word) for word in heading]
    stated = Counter(column.heading for column in found if column)
    doubled = [word for word, times in stated.items() if times > 1]
    needed = (column for column in known if column.field.required and column.field.default is None)
    missing = [column.heading for column in needed if column.heading not in stated]
    if doubled or missing:
        if missing:
            raise BadUpload(_("表头缺少%(names)s，请下载模板，按模板的表头填写") % {"names": _("、").join(missing)})
        raise BadUpload(_("表头里%(names)s出现了两次，请下载模板，按模板的表头填写") % {"names": _("、").join(doubled)})
    return found


def _typed(
    context: forms.Context, group: str, columns: Sequence[tables.Column | None], cells: Sequence[str]
) -> tuple[dict[str, object], list[forms.FieldError]]:
    values: dict[str, object] = {}
    ill: list[forms.FieldError] = []
    for column, cell in zip(columns, cells, strict=False):
        if column is None:
            continue
        try:
            values[column.field.id] = tables.read_cell(column.field, cell, context.registry)
        except Illtyped as problem:
            values[column.field.id] = cell
            ill.append(tables.ill_typed(column.field, group, 0, problem))
    defaults = {f.id: f.default for f in context.spec.groups[group].fields if f.default is not None and not f.system}
    kept = {name: value for name, value in values.items() if value not in EMPTY}
    return {**defaults, **kept}, ill


def _row(roster: Roster, spec: BundleSpec, number: int, checked: tables.CheckedRow) -> RosterRow:
    faults = [{"field": fault.field, "text": fault.message} for fault in checked.faults]
    row = RosterRow(roster=roster, number=number, season=season_of(roster.case), faults=faults)
    _hold(row, spec, checked.values)
    return row


def _hold(row: RosterRow, spec: BundleSpec, values: Mapping[str, object]) -> None:
    key = values.get(spec.batch.row_key) if spec.batch else None
    row.values, row.id_index = dict(values), blind_index(str(key)) if key not in EMPTY else ""
    row.state = State.FAULTY if row.faults else State.READY


def season_of(case: Case) -> str:
    """Within it a person stands in one roster only: bundle and year."""
    return f"{case.bundle_code}:{timezone.localdate().year}"


# ---- rows against each other --------------------------------------------------------------------------------


def _mark_doubles(context: forms.Context, rows: Iterable[RosterRow]) -> None:
    """The second of two rows that must differ is at fault, with the number of the first."""
    assert context.spec.batch is not None
    unlike = tables.unlike_columns(context, context.spec.batch.group)
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        for column, message in unlike.items():
            value = row.values.get(column)
            if value in EMPTY:
                continue
            first = seen.setdefault((column, str(value)), row.number)
            if first != row.number:
                _add_fault(row, column, f"{message}（与第 {first} 行相同）")


def _mark_taken(rows: Sequence[RosterRow]) -> None:
    """Somebody who is in another roster of the season already does not come in a second time."""
    if not rows:
        return
    own = {row.roster_id for row in rows}
    taken = RosterRow.objects.filter(season=rows[0].season, state__in=LIVE).exclude(roster__in=own)
    indexes = set(taken.values_list("id_index", flat=True))
    for row in rows:
        if row.id_index and row.id_index in indexes:
            _add_fault(row, "", "这个人已在本年度的另一份名册里")


def _add_fault(row: RosterRow, field: str, text: str) -> None:
    row.faults = [*row.faults, {"field": field, "text": text}]
    row.state = State.FAULTY


# ---- correcting ---------------------------------------------------------------------------------------------


@transaction.atomic
def correct_row(row_id: UUID, typed: Mapping[str, str], *, by: Actor) -> RosterRow:
    """Correct one row; it keeps its number. What the person has confirmed is no longer the organisation's to change.

    A row that is still not right keeps its faults. In a filed batch a corrected row goes on at once.
    """
    case, row = lock_row(row_id)
    if row.state not in TO_CORRECT | {State.READY}:
        raise WrongState(_("这一行已经发给本人确认，只能由本人更正"))
    context = context_of(case)
    group = row.roster.group
    columns = tables.columns_of(context.spec, group, context.registry)
    values, ill = _typed(context, group, columns, [typed.get(c.field.id, "") for c in columns])
    (checked,) = tables.check_rows(context, group, [values])
    wrong = {fault.field: fault.message for fault in (*checked.faults, *ill)}
    row.faults = [{"field": field, "text": text} for field, text in wrong.items()]
    row.said = {}
    _hold(row, context.spec, checked.values)
    _mark_doubles(context, _beside(row))
    _mark_taken([row])
    row.save(update_fields=["values", "faults", "id_index", "state", "said"])
    record(case, "roster.row_corrected", by=by, row=row.number, good=row.state == State.READY)
    settle_import(case, row.roster)
    return row


def _beside(row: RosterRow) -> Iterator[RosterRow]:
    """The other rows of the roster, then this one: it is this one that must differ."""
    yield from RosterRow.objects.filter(roster=row.roster).exclude(pk=row.pk)
    yield row


@transaction.atomic
def remove_row(row_id: UUID, *, by: Actor) -> None:
    """Take a row out that nobody was asked about yet."""
    case, row = lock_row(row_id)
    if row.state not in TO_CORRECT | {State.READY}:
        raise WrongState(_("这一行已经发给本人确认，不能删除"))
    record(case, "roster.row_removed", by=by, row=row.number)
    roster = row.roster
    row.delete()
    settle_import(case, roster)


def lock_row(row_id: UUID) -> tuple[Case, RosterRow]:
    """A row with the case of the batch, locked in order. Raises RosterRow.DoesNotExist."""
    case_id = RosterRow.objects.values_list("roster__case_id", flat=True).get(pk=row_id)
    case = lock_case(case_id)
    row = RosterRow.objects.select_for_update(of=("self",)).select_related("roster").get(pk=row_id)
    row.roster.case = case
    return case, row


def settle_import(case: Case, roster: Roster) -> Imported:
    """Bring a roster in line with its rows: before filing its state and its paper, after it the next invitations."""
    good = RosterRow.objects.filter(roster=roster, state=State.READY).count()
    bad = RosterRow.objects.filter(roster=roster, state__in=TO_CORRECT).count()
    if case.state == CaseState.DRAFT:
        roster.state = Roster.State.CHECKED if good else Roster.State.DRAFT
        roster.save(update_fields=["state"])
        _keep_paper(case, roster, good)
    elif good and roster.state == Roster.State.CONFIRMING:
        roster.next_at = timezone.now()
        roster.save(update_fields=["next_at"])
    return Imported(good, bad)


def _keep_paper(case: Case, roster: Roster, good: int) -> None:
    """The checked roster is itself a paper of the batch: a table of the rows that go on."""
    context = context_of(case)
    slot = context.spec.batch.material if context.spec.batch else None
    if slot is None:
        return
    for old in Material.objects.filter(case=case, slot=slot):
        forget_file(old)
        old.delete()
    if good:
        content = table_of(context, roster, [State.READY])
        paper = Material(case=case, slot=slot, material_id=slot, source=Material.Source.UPLOAD, media_type=CSV)
        paper.name, paper.size, paper.sha256 = "名册.csv", len(content), sha256(content).hexdigest()
        paper.file.save("roster", ContentFile(content), save=False)
        paper.save(force_insert=True)


def table_of(context: forms.Context, roster: Roster, states: Sequence[str]) -> bytes:
    """Rows of a roster as a CSV with their numbers."""
    columns = tables.columns_of(context.spec, roster.group, context.registry)
    rows = RosterRow.objects.filter(roster=roster, state__in=states)
    lines = ([row.number, *(row.values.get(c.field.id) for c in columns)] for row in rows)
    return roster_files.as_csv(["行号", *(c.field.zh for c in columns)], lines)


def faults_table(context: forms.Context, roster: Roster) -> bytes:
    """The rows to be corrected, with row number, field and sentence, and what they hold now."""
    columns = tables.columns_of(context.spec, roster.group, context.registry)
    names = {column.field.id: short_label(column.field) for column in columns}
    lines: list[list[object]] = []
    for row in RosterRow.objects.filter(roster=roster, state__in=TO_CORRECT):
        for fault in row.faults:
            held = [row.values.get(c.field.id) for c in columns]
            lines.append([row.number, names.get(fault["field"], "整行"), fault["text"], *held])
    return roster_files.as_csv(["行号", "哪一项", "问题", *(c.field.zh for c in columns)], lines)


def template_of(case: Case) -> bytes:
    """The empty table to fill in."""
    context = context_of(case)
    batch = _batch_of(case, context.spec)
    columns = tables.columns_of(context.spec, batch.group, context.registry)
    return roster_files.template(context.spec.groups[batch.group].zh, [(c.heading, c.hint) for c in columns])


# ---- handing in ---------------------------------------------------------------------------------------------


def check_before_handing_in(case: Case, context: forms.Context, selection: forms.Selection) -> None:
    """A batch needs rows that can go on; bad rows wait only where the bundle does not let good ones go first."""
    batch = context.spec.batch
    if batch is None or case.answers.get("layer") != layers.BATCH or case.submitted_at is not None:
        return
    rows = RosterRow.objects.filter(roster__case=case)
    good, bad = rows.filter(state=State.READY).count(), rows.filter(state__in=TO_CORRECT).count()
    if good < batch.rows.min:
        raise NotReady(_("名册里还没有可以办理的人员，请先导入名册"), ((batch.group, _("请导入名册")),))
    if bad and not batch.upload.partial:
        raise NotReady(
            _("名册还有 %(count)s 行要更正") % {"count": bad},
            ((batch.group, _("%(count)s 行要更正") % {"count": bad}),),
        )


def version_spec(case: Case) -> BundleSpec:
    """The definition the case is bound to."""
    return queries.version(case.bundle_version_id).spec


def faults_of(case: Case) -> bytes:
    """The rows to be corrected of the last round, as a CSV."""
    roster = Roster.objects.filter(case=case).order_by("-round")[0]
    return faults_table(context_of(case), roster)
