"""Accounts and what belongs to them: sign-in, mandates, organisations, the trail, exports, closing."""

from __future__ import annotations

from portal.accounts.duties import Duty
from portal.accounts.models.account import Account, ApiToken, DutyRecord, Role, SignInAttempts
from portal.accounts.models.leaving import Closure, DataExport
from portal.accounts.models.mandate import Mandate, Organisation
from portal.accounts.models.profile import Address, SentCode
from portal.accounts.models.trail import AccountEvent

__all__ = [
    "Account",
    "AccountEvent",
    "Address",
    "ApiToken",
    "Closure",
    "DataExport",
    "Duty",
    "DutyRecord",
    "Mandate",
    "Organisation",
    "Role",
    "SentCode",
    "SignInAttempts",
]
