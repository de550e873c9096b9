"""Callbacks as the engine meets them: stored at the door, applied by the pump a moment later."""

from __future__ import annotations

from cases.actions.delivery import arrivals, inbox
from cases.actions.delivery.inbox import Verdict
from cases.ports import Callback


def called_back(callback: Callback) -> Verdict:
    """A callback comes in and takes effect; what its sender was told."""
    verdict = inbox.receive_callback(callback)
    arrivals.apply_arrived()
    return verdict
