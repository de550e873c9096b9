"""How a register is looked up: the table of registers, the question, and the answer in layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..library import Library
from ..people import Company, Person, World
from ..plausible import fill, steady_numbering
from ..store import Store

Record = Mapping[str, object]
Usual = Callable[["Look"], "Record | list[Record] | None"]
GONE = "__gone__"
_TABLE: dict[str, tuple[tuple[str, ...], Usual]] = {}


class IncompleteQuestion(Exception):
    """A register is asked without what it is looked up by."""


def register(code: str, *needs: str) -> Callable[[Usual], Usual]:
    """Declare what is usual in the register of that code; ``"a|b"`` among the needs means either of two inputs."""

    def declare(usual: Usual) -> Usual:
        _TABLE[code] = (needs, usual)
        return usual

    return declare


@dataclass(frozen=True, slots=True)
class Look:
    """One question to a register."""

    world: World
    inputs: Mapping[str, str]

    def text(self, name: str) -> str:
        """An input as it was given, or nothing."""
        return self.inputs.get(name) or ""

    @property
    def person(self) -> Person | None:
        """The person asked about."""
        return self.world.person(self.text("id_no") or self.text("mother_id"))

    @property
    def company(self) -> Company | None:
        """The body asked about; some registers know people and bodies by one number."""
        return self.world.company(self.text("uscc") or self.text("id_no"))


class Registers:
    """Every register of the city."""

    def __init__(self, library: Library, world: World, store: Store) -> None:
        self._library = library
        self._world = world
        self._store = store

    def born_until(self, day: str) -> list[Person]:
        """Everybody of the city who was born by a day."""
        return [person for person in self._world.people if person.birth_date.isoformat() <= day]

    def needs(self, code: str) -> tuple[str, ...]:
        """The inputs that a register is looked up by."""
        return _TABLE[code][0]

    def is_complete(self, code: str, inputs: Mapping[str, str]) -> bool:
        """Whether everything that the register is looked up by is there."""
        return all(any(inputs.get(name) for name in need.split("|")) for need in self.needs(code))

    def subject(self, code: str, inputs: Mapping[str, str]) -> str:
        """What a record is filed under: the first input it is looked up by."""
        names = [name for need in self.needs(code) for name in need.split("|")]
        return next((inputs[name].upper() for name in names if inputs.get(name)), "")

    def records(self, code: str, inputs: Mapping[str, str]) -> list[dict[str, object]]:
        """The records about a subject with every declared field of the right type; empty when there is none.

        Raises IncompleteQuestion when what the register is looked up by is missing.
        """
        if not self.is_complete(code, inputs):
            raise IncompleteQuestion(f"缺少查询条件：{'、'.join(self.needs(code)).replace('|', ' 或 ')}")
        subject = self.subject(code, inputs)
        changes = self._store.record(code, subject)
        if changes.get(GONE):
            return []
        if isinstance(changes.get("records"), list):
            layers: list[Record] = changes["records"]  # type: ignore[assignment]
        else:
            layers = self._layers(code, inputs, subject)
            layers = [{**layer, **changes} for layer in layers] or ([changes] if changes else [])
        return [self._complete(code, f"{subject}:{place}", layer) for place, layer in enumerate(layers)]

    def _layers(self, code: str, inputs: Mapping[str, str], subject: str) -> list[Record]:
        look = Look(self._world, inputs)
        usual = _TABLE[code][1](look)
        base = usual if isinstance(usual, list) else [] if usual is None else [usual]
        named = look.person or look.company
        special = self._world.fact(code, named.name if named else None, subject)
        if special is None:
            return base
        entries: list[Record] = special if isinstance(special, list) else [special]
        return [{**(base[0] if base else {}), **entry} for entry in entries]

    def _complete(self, code: str, seed: str, record: Record) -> dict[str, object]:
        interface = self._library.interfaces[code]
        return fill(
            interface.outputs,
            record,
            numbering=steady_numbering(code + seed),
            issuer=self._library.name_of(interface.dept),
        )
