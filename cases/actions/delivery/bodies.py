"""What leaves the portal: the request to a department, by the frozen version's field list and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone

from bundles import forms, queries
from bundles.spec import Item
from cases import docket
from cases.actions.delivery.material_links import link_to
from cases.models import Case, Material, SubApplication
from cases.queries.disputes import stated_for
from cases.queries.upstream import flows_into

CONTRACT = 1


def row_of(sub: SubApplication) -> forms.Row | None:
    """The row of the form that a sub-application is an instance of."""
    return forms.Row(sub.row_group, sub.row_index) if sub.row_index is not None else None


def filing_body(case: Case, sub: SubApplication, context: forms.Context, selection: forms.Selection) -> dict[str, Any]:
    """The body of POST /applications (contract v1): exactly the fields whose `items` name this item."""
    published = queries.version(case.bundle_version_id)
    item = published.spec.item(sub.item_id)
    return {
        "contract": CONTRACT,
        "sub_application_id": str(sub.pk),
        "sub_case_no": sub.number,
        "case_no": case.number,
        "bundle": {"code": case.bundle_code, "version": published.number},
        "item": _item(item, sub),
        "purpose": item.zh,
        "channel": case.channel,
        "submitted_at": timezone.localtime(case.submitted_at).isoformat(),
        "due": sub.due_on.isoformat() if sub.due_on else None,
        "applicant": _applicant(case),
        "fields": forms.split(context, selection, sub.item_id, row_of(sub)),
        "upstream": flows_into(sub),
        "materials": [material_entry(m, sub) for m in _materials(case, sub, context, selection)],
        "callback_url": f"{settings.PORTAL_URL}/callbacks/{sub.department}",
        **({"disputed": disputed} if (disputed := stated_for(sub)) else {}),
    }


def supplement_body(
    case: Case, sub: SubApplication, context: forms.Context, selection: forms.Selection, about: Sequence[str]
) -> dict[str, Any]:
    """Answers to a supplement request: only what this department asked about."""
    fields = forms.split(context, selection, sub.item_id, row_of(sub))
    wanted = {entry.split(".")[-1] for entry in about}
    materials = [m for m in _materials(case, sub, context, selection) if m.material_id in wanted]
    return {
        "contract": CONTRACT,
        "sub_application_id": str(sub.pk),
        "round": sub.round,
        "fields": {name: value for name, value in fields.items() if name in wanted},
        "materials": [material_entry(m, sub) for m in materials],
    }


def change_body(case: Case, sub: SubApplication, values: Mapping[str, Any]) -> dict[str, Any]:
    """A change of a live plan: of the changed fields those that this department may see, and its upstream results."""
    seen = queries.version(case.bundle_version_id).spec
    mine = {path: value for path, value in values.items() if sub.item_id in seen.items_of_field(path)}
    return {
        "contract": CONTRACT,
        "sub_application_id": str(sub.pk),
        "round": sub.round,
        "plan_version": sub.plan_version,
        "fields": mine,
        "upstream": flows_into(sub),
    }


def material_entry(material: Material, sub: SubApplication) -> dict[str, Any]:
    """A material as a department sees it; files come by a short-lived link for this department alone."""
    entry: dict[str, Any] = {
        "id": material.material_id,
        "source": material.source,
        "name": material.name or material.material_id,
        "sha256": material.sha256 or None,
        "size": material.size or None,
        "media_type": material.media_type or None,
        "url": link_to(material, sub.department) if material.file else None,
    }
    if material.source == Material.Source.LICENCE:
        entry["licence"] = {"code": material.covered_by, "id": material.reference.get("licence_id")}
    return entry


def _item(item: Item, sub: SubApplication) -> dict[str, Any]:
    matter = queries.registry().matters.get(item.matter)
    return {
        "id": item.id,
        "matter": item.matter,
        "code": matter.impl if matter else "",
        "instance": sub.instance_key or None,
    }


def _applicant(case: Case) -> Mapping[str, str]:
    kind = "ID" if case.applicant_kind == "person" else "USCC"
    return {
        "kind": case.applicant_kind,
        "name": case.applicant_name,
        "id_kind": kind,
        "id_no": case.applicant_id_no,
    }


def _materials(
    case: Case, sub: SubApplication, context: forms.Context, selection: forms.Selection
) -> Sequence[Material]:
    if docket.has_none(Material, case.pk):
        return []
    needed = {m.id for m in forms.materials_of(selection, context.spec, sub.item_id)}
    row = row_of(sub)
    return [
        material for material in Material.objects.filter(case=case, material_id__in=needed) if _is_of_row(material, row)
    ]


def _is_of_row(material: Material, row: forms.Row | None) -> bool:
    index = material.slot.rpartition(".")[2]
    return row is None or not index.isdigit() or int(index) == row.index
