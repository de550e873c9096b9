"""Who may open a view. Each view declares it with one of these decorators; the tests walk every route."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.http import HttpRequest

from portal.accounts.models import Role

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Policy:
    """`public`: anybody; `own_sign_in`: the part checks by itself (admin, API, callbacks); else the named roles."""

    public: bool = False
    own_sign_in: bool = False
    roles: frozenset[str] = field(default_factory=frozenset)

    def admits(self, account: Any) -> bool:
        """An administrator works at a desk as an operator: that is the duty of the system administrator."""
        if account.role == Role.ADMINISTRATOR and self.roles != EVERYBODY and not account.is_operator:
            return False
        return account.role in self.roles


EVERYBODY = frozenset(Role.values)
NOBODY = Policy()
PUBLIC = Policy(public=True)
OWN = Policy(own_sign_in=True)
OWN_SIGN_IN_PREFIXES = ("/admin/", "/api/", "/callbacks/", "/static/")


def _declare(policy: Policy) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.policy = policy  # type: ignore[attr-defined]
        return view

    return mark


public = _declare(PUBLIC)
signed_in = _declare(Policy(roles=EVERYBODY))
applicants_only = _declare(Policy(roles=frozenset({Role.CITIZEN, Role.COMPANY})))
desk_only = _declare(Policy(roles=frozenset({Role.CLERK, Role.STAFF})))
attention_desk = _declare(Policy(roles=frozenset({Role.CLERK, Role.STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR})))
clerks_only = _declare(Policy(roles=frozenset({Role.CLERK})))
staff_only = _declare(Policy(roles=frozenset({Role.STAFF})))


def policy_of(view: Any, request: HttpRequest) -> Policy:
    """The policy a view declares; a view without one is open to nobody."""
    declared: Policy | None = getattr(view, "policy", None) or getattr(
        getattr(view, "view_class", None), "policy", None
    )
    if declared is not None:
        return declared
    return OWN if request.path.startswith(OWN_SIGN_IN_PREFIXES) else NOBODY
