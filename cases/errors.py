"""What the engine refuses, each with a sentence for the person."""

from __future__ import annotations


class CaseError(Exception):
    """The act cannot be done; the message is fit for the person, `code` for machines."""

    code = "refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotReady(CaseError):
    """Something is still missing before the act; `faults` are (field path, message)."""

    code = "not_ready"

    def __init__(self, message: str, faults: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class WrongState(CaseError):
    """The case or sub-application has moved on; answered with 409, never with 403."""

    code = "wrong_state"


class ChangedMeanwhile(CaseError):
    """Somebody else saved a newer version of the same thing; nothing of the person's input is lost."""

    code = "changed_meanwhile"


class NotEligible(CaseError):
    """A condition of the bundle is not met; `reasons` quote the bundle file."""

    code = "not_eligible"

    def __init__(self, message: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.reasons = reasons


class BadUpload(CaseError):
    """A file cannot be taken: kind, size or content."""

    code = "bad_upload"


class Duplicate(CaseError):
    """The same request under other content (idempotency key reused)."""

    code = "duplicate"
