"""Circles in a graph of names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def circles(waits: Mapping[str, set[str]]) -> Iterator[tuple[str, ...]]:
    """Each circle once, as the names along it, the first repeated at the end."""
    done: set[str] = set()
    for start in waits:
        if start not in done:
            yield from _from(start, waits, done)


def _from(start: str, waits: Mapping[str, set[str]], done: set[str]) -> Iterator[tuple[str, ...]]:
    trail: list[str] = [start]
    ahead = [iter(sorted(waits.get(start, ())))]
    while trail:
        name = next(ahead[-1], None)
        if name is None:
            done.add(trail.pop())
            ahead.pop()
        elif name in trail:
            yield (*trail[trail.index(name) :], name)
        elif name in waits and name not in done:
            trail.append(name)
            ahead.append(iter(sorted(waits[name])))
