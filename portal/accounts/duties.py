"""Three administrators who keep an eye on each other (三员分立), GB/T 22239 8.1.4.2, 8.1.5.

The system administrator looks after departments' systems, keys and accounts of the desk; the business administrator
after bundles and the catalogue; the auditor reads every trail and changes nothing. Nobody holds two duties, and no
administrator gives one: that is an act of two, on the machine itself (`manage.py duty`), and on record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Duty(TextChoices):
    """The three; nobody holds two."""

    SYSTEM = "system", _("系统管理员")
    BUSINESS = "business", _("业务管理员")
    AUDIT = "audit", _("审计管理员")


READ = "view_"
AUDITED = frozenset({"accounts", "admin", "bundles", "cases", "integrations", "kiosk"})
# Accounts of the desk; those of administrators nobody changes here (portal.accounts.admin).
# To publish is another thing than to draft: it is given apart, to those business administrators who may.
GIVEN_APART = frozenset({"bundles.publish_bundleversion"})
OF_THE_DESK = frozenset({"accounts.view_account", "accounts.change_account"})
ALLOWED: Mapping[str, Callable[[str, str], bool]] = {
    Duty.SYSTEM: lambda app, verb: app in ("integrations", "kiosk") or f"{app}.{verb}" in OF_THE_DESK,
    Duty.BUSINESS: lambda app, verb: app == "bundles",
    Duty.AUDIT: lambda app, verb: app in AUDITED and verb.startswith(READ),
}


def allows(duty: str, permission: str) -> bool:
    """Whether a duty holds a permission such as `bundles.change_bundle`; no duty holds none."""
    app, _, verb = permission.partition(".")
    return duty in ALLOWED and ALLOWED[duty](app, verb)


def allows_app(duty: str, app: str) -> bool:
    """Whether a duty may open anything of an app."""
    return duty in ALLOWED and any(ALLOWED[duty](app, verb) for verb in (READ + "account", READ))
