"""When a parcel must not be sent again by machine: it may have arrived, and nothing would notice the second time."""

from __future__ import annotations

from cases.ports import Outcome, Parcel
from integrations.http import System

DOUBT = "sent once without an answer, and the department keeps no keys: a person has to ask before it goes again"


def doubtful(parcel: Parcel, system: System) -> Outcome | None:
    """The end of a parcel that an earlier try may have carried, to a department that does everything twice.

    A filing may still be asked about; a supplement or a change cannot be seen in the state of a filing. To withdraw
    twice does no harm.
    """
    if system.supports_keys or not parcel.ask_first or parcel.purpose == "withdraw":
        return None
    if parcel.purpose == "file" and system.supports_query:
        return None
    return Outcome(parcel.delivery_id, "refused", detail=DOUBT)
