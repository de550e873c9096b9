"""The home page: search, my case, stages of life, bundles, totals."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from bundles.queries import PublishedBundle
from cases.queries.health import home_totals
from cases.queries.my_cases import CaseRow, my_cases
from portal.accounts.access import public
from portal.accounts.models import Role
from portal.citizen.shown import bundles, case_rows
from portal.citizen.shown.parts import Link

SHOWN_FIRST = ("XSECS", "TXYJS", "BDCN", "CYKB", "GJJTQ", "QYBG")
OFTEN_ASKED = (
    gettext_lazy("宝宝出生"),
    gettext_lazy("办退休"),
    gettext_lazy("公积金提取"),
    gettext_lazy("开餐饮店"),
)


@dataclass(frozen=True, slots=True)
class Topic:
    """A way into the catalogue across stages of life."""

    title: str
    text: str
    href: str
    icon: str


@public
@never_cache
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Search, my case, stages of life, bundles, totals."""
    found = bundles.enabled()
    first = [one for code in SHOWN_FIRST for one in found if one.code == code]
    shown = [*first, *(one for one in found if one not in first)][: len(SHOWN_FIRST)]
    context = {
        "section": "home",
        "mine": _mine(request),
        "person_tiles": bundles.tiles("个人"),
        "org_tiles": bundles.tiles("企业"),
        "cards": [bundles.card(one) for one in shown],
        "count": len(found),
        "often": [Link(str(word), f"{reverse('citizen:search')}?q={word}") for word in OFTEN_ASKED],
        "topics": _topics(found),
        "totals": home_totals(),
    }
    return render(request, "citizen/home.html", context)


def _mine(request: HttpRequest) -> case_rows.ShownRow | None:
    """The case that waits for me, else the newest open one."""
    if not request.user.is_authenticated or request.user.role not in (Role.CITIZEN, Role.COMPANY):
        return None
    rows: tuple[CaseRow, ...] = my_cases(request.user, limit=20)
    open_rows = [row for row in rows if row.state not in ("concluded", "withdrawn", "lapsed")]
    return case_rows.shown(open_rows[0]) if open_rows else None


def _topics(found: tuple[PublishedBundle, ...]) -> list[Topic]:
    """What the catalogue offers across stages; a topic without a bundle is left out."""
    catalogue = reverse("citizen:catalogue")
    counted = (
        (_("秒批"), "bolt", "instant=1", sum(bundles.is_instant(one.spec) for one in found)),
        (_("无感"), "leaf", "mode=proactive", sum(one.spec.mode == "proactive" for one in found)),
        (_("跨省通办"), "map", "reach=national", sum(one.spec.reach == "national" for one in found)),
        (_("零材料"), "layers", "paperless=1", sum(bundles.is_paperless(one.spec) for one in found)),
        (_("手机就能办"), "phone", "channel=mobile", sum("mobile" in one.spec.channels for one in found)),
    )
    return [
        Topic(title, ngettext("%(count)s 件", "%(count)s 件", count) % {"count": count}, f"{catalogue}?{query}", icon)
        for title, icon, query, count in counted
        if count
    ]
