"""Departments' systems as operators keep them: keys, addresses, records. Every act is on record with who did it."""

from integrations.systems.changes import confirm_change, decline_change, propose_change, switch_off
from integrations.systems.keys import IssuedKey, issue_key, revoke_key, rotate_key
from integrations.systems.records import record
from integrations.systems.trial import Trial, try_connection
from integrations.systems.warnings import KeyWarning, key_warnings

__all__ = [
    "IssuedKey",
    "KeyWarning",
    "Trial",
    "confirm_change",
    "decline_change",
    "issue_key",
    "key_warnings",
    "propose_change",
    "record",
    "revoke_key",
    "rotate_key",
    "switch_off",
    "try_connection",
]
