"""The picture of the items, planned and live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms
from bundles.spec import BundleSpec
from cases.queries.case_page import CaseStanding
from cases.queries.nodes import ItemNode
from cases.queries.picture import PlannedNode, picture_of
from portal.citizen.language import lang
from portal.citizen.shown.departments import short_of
from portal.ui.flow import FlowEdge, FlowNode, FlowPicture, draw

LONGEST_NOTE = 9


def planned(spec: BundleSpec, selection: forms.Selection | None = None) -> FlowPicture:
    """Before there is a case: all items, or those that answers have chosen."""
    picture = picture_of(spec, selection, lang())
    nodes = [_planned(n) for n in picture.nodes]
    return draw(nodes, [FlowEdge(e.source, e.target, e.label) for e in picture.edges])


def _planned(node: PlannedNode) -> FlowNode:
    short = short_of(node.dept_code)
    return FlowNode(node.key, node.title, node.dept_code, short, node.look, _note(short, node.note), node.wave)


def _note(dept_short: str, limit: str) -> str:
    return _("%(dept)s，%(limit)s") % {"dept": dept_short, "limit": limit} if limit else dept_short


def live(page: CaseStanding) -> FlowPicture:
    """The items of a running case as they stand; whom an item is about is said where there are several."""
    counted = Counter(node.item_id for node in page.nodes)
    nodes = [_live(node, counted) for node in page.nodes]
    edges = [FlowEdge(e.source, e.target, e.label) for e in page.edges]
    now = f"{timezone.localtime():%H:%M}"
    updated = _("%(time)s 更新，有变化会自己刷新") % {"time": now} if page.is_open else ""
    return draw(nodes, edges, updated=updated)


def _live(node: ItemNode, counted: Mapping[str, int]) -> FlowNode:
    short = short_of(node.dept_code)
    return FlowNode(node.key, _title(node, counted), node.dept_code, short, node.look, _short(node), node.wave)


def _title(node: ItemNode, counted: Mapping[str, int]) -> str:
    return f"{node.title}（{node.instance}）" if node.instance and counted[node.item_id] > 1 else node.title


def _short(node: ItemNode) -> str:
    """A line that fits beside the title on a phone; the threads say what is waited for."""
    return (
        _("等前一件") if node.state == "waiting" and not node.is_choice and len(node.note) > LONGEST_NOTE else node.note
    )
