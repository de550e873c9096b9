"""The next in line hears by itself that the result it waited for has come (上一环节已办结)."""

from __future__ import annotations

from bundles import queries
from bundles.spec import Item
from cases.actions.desk import posts, staff_mail
from cases.actions.engine.events import record
from cases.models import Case, Need, StaffMail, SubApplication
from cases.ports import SYSTEM
from cases.states import SubState


def tell(case: Case, subs: list[SubApplication], sub: SubApplication, item: Item) -> None:
    """AFTER_SENDING: people of the department are told which results are there; what these say, the task shows."""
    if sub.connect != "manual":
        return
    done = Need.objects.filter(sub=sub, upstream__state=SubState.APPROVED).order_by("upstream__seq")
    upstream = list(dict.fromkeys(done.values_list("upstream__item_id", flat=True)))
    if not upstream:
        return
    record(case, "item.upstream_done", by=SYSTEM, sub=sub, upstream=upstream)
    spec = queries.version(case.bundle_version_id).spec
    names = [spec.item(one).zh for one in upstream]
    words = {"item": item.zh, "bundle": spec.zh, "number": sub.number, "sub": sub.pk, "upstream": names}
    people = posts.present(posts.people_of(sub.department))
    about = f"upstream:{sub.pk}:{sub.plan_version}.{sub.round}"
    staff_mail.write(people, StaffMail.Kind.UPSTREAM, about, f"上一环节已办结，{item.zh}可以办了", words)
