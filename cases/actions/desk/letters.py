"""Letters (转办函): made, sent, received, answered, each step with who and when; also by whoever holds the paper.

The QR code of a letter is a one-time link. Link and check code follow from the letter's id and the key of the
installation, so that a letter can be printed again; the database holds their digests alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions.deciding.results import new_mark
from cases.actions.desk.letter_words import words_of
from cases.actions.engine.answers import apply_answer
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case_of, lock_subs
from cases.actions.engine.numbering import document_number
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Case, SubApplication, TaskLetter
from cases.ports import SYSTEM, Actor, Answer
from cases.queries.letters import code_of, link_of
from cases.states import SUB_DECIDED, SUB_FINAL, SubState

__all__ = [
    "answered_on_paper",
    "close_with_task",
    "code_of",
    "held_letter",
    "issue",
    "link_of",
    "note_received",
    "note_sent",
    "note_taken",
    "open_by",
]

WORD = "转办"
LINK_DAYS = timedelta(days=60)
MOST_WRONG_CODES = 5
ENDED = "这封转办函已经用过、收回或过期了，请与发函部门联系"


@transaction.atomic
def issue(sub_id: UUID, *, by: Actor) -> TaskLetter:
    """Make the letter of a task; the one that is open already stays. Raises WrongState once it is decided."""
    case, sub = lock_case_of(sub_id)
    if sub.connect != "manual" or sub.dispatched_at is None or sub.state in SUB_FINAL:
        raise WrongState(_("这件事已经有决定，或者不由人工办理，不用出函"))
    open_one = _open_letters(sub).first()
    if open_one is not None and open_one.department == sub.department and not _is_spent(open_one):
        return open_one
    _recall(case, sub, by)
    letter = _made(case, sub, by)
    letter.save(force_insert=True)
    record(case, "letter.issued", by=by, sub=sub, letter=str(letter.pk), no=letter.number)
    return letter


def _made(case: Case, sub: SubApplication, by: Actor) -> TaskLetter:
    now, pk = timezone.now(), uuid4()
    words = words_of(sub)
    number = document_number(WORD, case.region, timezone.localdate(now))
    stated = json.dumps([number, words], ensure_ascii=False, sort_keys=True, cls=DjangoJSONEncoder)
    return TaskLetter(
        id=pk,
        sub=sub,
        department=sub.department,
        number=number,
        mark=new_mark(),
        values=words,
        sha256=sha256(stated.encode()).hexdigest(),
        due_on=sub.due_on,
        issued_at=now,
        issued_by_id=by.id or None,
        link_digest=_digest(link_of(pk)),
        code_digest=_digest(code_of(pk)),
        link_until=now + LINK_DAYS,
    )


def open_by(link: str, code: str) -> TaskLetter:
    """The letter behind a link, for whoever knows its check code. Raises CaseError; five wrong codes lock it."""
    with transaction.atomic():
        letter = TaskLetter.objects.select_for_update().filter(link_digest=_digest(link)).first()
        if letter is None or _is_spent(letter):
            raise CaseError(ENDED)
        if _digest(code.strip()) == letter.code_digest:
            if letter.wrong_codes:
                letter.wrong_codes = 0
                letter.save(update_fields=["wrong_codes"])
            return letter
        letter.wrong_codes += 1
        letter.save(update_fields=["wrong_codes"])
        is_locked, sub_id, left = letter.wrong_codes >= MOST_WRONG_CODES, letter.sub_id, letter.wrong_codes
    if is_locked:
        _note_lock(sub_id)
        raise CaseError(_("查收码输错太多次，链接已停用；请与发函部门联系，重新出函"))
    said = _("查收码不对，还可以试 %(count)s 次") % {"count": MOST_WRONG_CODES - left}
    raise NotReady(_("查收码不对"), (("code", said),))


@transaction.atomic
def _note_lock(sub_id: UUID) -> None:
    case, sub = lock_case_of(sub_id)
    record(case, "letter.locked", by=SYSTEM, sub=sub)


def held_letter(letter_id: UUID) -> TaskLetter | None:
    """A letter whose link was opened and still counts; None once it was answered, recalled or has run out."""
    letter = TaskLetter.objects.select_related("sub", "sub__case", "sub__case__applicant").filter(pk=letter_id).first()
    return None if letter is None or _is_spent(letter) else letter


@transaction.atomic
def note_sent(letter_id: UUID, way: str, *, by: Actor) -> TaskLetter:
    """The letter has gone out, and how. Raises NotReady for no way, WrongState for one that went already."""
    if way not in TaskLetter.Way.values:
        raise NotReady(_("请选择怎样送的"), (("letter.way", _("请选择怎样送的")),))
    case, sub, letter = _locked(letter_id)
    if letter.sent_at is not None:
        raise WrongState(_("这封函已经登记送出"))
    letter.sent_at, letter.sent_way, letter.sent_by_id = timezone.now(), way, by.id or None
    letter.save(update_fields=["sent_at", "sent_way", "sent_by"])
    record(case, "letter.sent", by=by, sub=sub, letter=str(letter.pk), way=way)
    return letter


@transaction.atomic
def note_received(letter_id: UUID, receiver: str, *, by: Actor) -> TaskLetter:
    """Somebody of the department has it, by name: the department has received the task. Raises NotReady, WrongState."""
    if not receiver.strip():
        raise NotReady(_("请写明谁签收的"), (("letter.receiver", _("请写明签收人")),))
    case, sub, letter = _locked(letter_id)
    if letter.received_at is not None:
        raise WrongState(_("这封函已经登记签收"))
    letter.received_at, letter.received_by_id = timezone.now(), by.id or None
    letter.receiver = receiver.strip()[:60]
    letter.save(update_fields=["received_at", "received_by", "receiver"])
    record(case, "letter.received", by=by, sub=sub, letter=str(letter.pk))
    subs = lock_subs(case)
    mine = next(one for one in subs if one.pk == sub.pk)
    if mine.state == SubState.DISPATCHED:
        answer = Answer(mine.pk, "received", receipt_no=letter.number)
        apply_answer(case, subs, mine, answer, by=_department(mine, by))
    return letter


def answered_on_paper(letter_id: UUID, act: Callable[[SubApplication, Actor], Any], answerer: str, *, by: Actor) -> Any:
    """Let `act` decide the task the letter is about, as its department; the letter remembers who answered.

    `act` is one of the acts of `worklist`, given the task and the department as its actor. All or nothing.
    """
    if not answerer.strip():
        raise NotReady(_("请写明答复人"), (("letter.answerer", _("请写明答复人")),))
    with transaction.atomic():
        _case, sub, letter = _locked(letter_id)
        done = act(sub, _department(sub, by))
        TaskLetter.objects.filter(pk=letter.pk, answered_by=None).update(answered_by_id=by.id or None)
        letter = TaskLetter.objects.get(pk=letter.pk)
        letter.answerer = answerer.strip()[:60]
        letter.save(update_fields=["answerer"])
        return done


def note_taken(case: Case, sub: SubApplication, *, by: Actor) -> None:
    """Taken at the worklist: the letter, where there is one, has arrived as well."""
    now = timezone.now()
    letters = _open_letters(sub).filter(received_at=None)
    if letters.update(received_at=now, received_by_id=by.id or None):
        record(case, "letter.received", by=by, sub=sub)


def close_with_task(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """AFTER_FINAL: a decision answers the letter wherever it was made; any other end recalls it."""
    if sub.connect != "manual":
        return
    if sub.state not in SUB_DECIDED:
        _recall(case, sub, SYSTEM)
        return
    now = timezone.now()
    if _open_letters(sub).update(answered_at=now, received_at=Coalesce(F("received_at"), now)):
        record(case, "letter.answered", by=SYSTEM, sub=sub)


def _recall(case: Case, sub: SubApplication, by: Actor) -> None:
    if _open_letters(sub).update(recalled_at=timezone.now()):
        record(case, "letter.recalled", by=by, sub=sub)


def _open_letters(sub: SubApplication) -> Any:
    return TaskLetter.objects.filter(sub=sub, answered_at=None, recalled_at=None)


def _is_spent(letter: TaskLetter) -> bool:
    ended = letter.answered_at is not None or letter.recalled_at is not None
    return ended or letter.wrong_codes >= MOST_WRONG_CODES or letter.link_until < timezone.now()


def _locked(letter_id: UUID) -> tuple[Case, SubApplication, TaskLetter]:
    """The letter with its task and case, locked in order. Raises WrongState once it is over or the task elsewhere."""
    case, sub = lock_case_of(TaskLetter.objects.values_list("sub_id", flat=True).get(pk=letter_id))
    letter = TaskLetter.objects.select_for_update().get(pk=letter_id)
    if letter.answered_at or letter.recalled_at or sub.state in SUB_FINAL or letter.department != sub.department:
        raise WrongState(_("这封转办函已经答复或收回，请刷新页面查看"))
    return case, sub, letter


def _department(sub: SubApplication, by: Actor) -> Actor:
    """Whoever writes it down, it is the department that speaks."""
    return Actor("department", by.id if by.department == sub.department else "", sub.department)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
