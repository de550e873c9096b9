"""Figures as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.settings import Figures

HEAD = (
    f"{'':<10} {'cases/s':>8} {'p50 ms':>8} {'p95':>8} {'p99':>8} │ {'loaded p50':>10} {'p95':>8} {'p99':>8} │ "
    f"{'CPU ms':>7} {'commits':>8} {'peak MiB':>8}"
)


def table(found: Sequence[Figures]) -> list[str]:
    """One line a candidate; CPU of all processes and write transactions are per case."""
    return [HEAD, *(_line(one) for one in found)]


def _line(one: Figures) -> str:
    alone, loaded = one.unloaded, one.loaded
    worker = max((mib for name, mib in one.peak_mib.items() if name not in ("redis", "departments")), default=0.0)
    return (
        f"{one.name:<10} {one.cases_per_s:>8.1f} {alone['p50']:>8.1f} {alone['p95']:>8.1f} {alone['p99']:>8.1f} │ "
        f"{loaded['p50']:>10.1f} {loaded['p95']:>8.1f} {loaded['p99']:>8.1f} │ "
        f"{one.cpu_per_case:>7.1f} {one.transactions_per_case:>8.1f} {worker:>8.0f}"
    )


def details(one: Figures) -> list[str]:
    """Where the CPU went, and what else is known."""
    lines = [
        f"{one.name}: {one.cases} cases in {one.seconds:.1f} s",
        f"  CPU ms a case: {_pairs(one.cpu_ms)}",
        f"  transactions a case: {_pairs(one.transactions)}   (commits: those that wrote; xids: with savepoints)",
        f"  peak MiB of the largest process: {_pairs(one.peak_mib, 0)}",
    ]
    account = one.more.get("account")
    if account:
        lines.append(f"  departments: {account['filed']} filings of {account['body_bytes']} bytes, {_faults(account)}")
    if "draft_cpu_ms" in one.more:
        lines.append(f"  beside the clock: {one.more['draft_cpu_ms']:.1f} ms CPU to fill in a draft, per case")
    if "filing" in one.more:
        lines.append(f"  handing in, unloaded: {_pairs(one.more['filing'])} ms")
    return lines


def _faults(account: Mapping[str, Any]) -> str:
    doubled, early = len(account["doubled"]), len(account["early"])
    return f"{account['repeated']} repeated, {doubled} doubled, {early} early, {account['callbacks']} callbacks"


def ratios(found: Sequence[Figures]) -> str:
    """The last line: the product against each peer."""
    by_name: Mapping[str, Figures] = {one.name: one for one in found}
    product = by_name.get("product")
    if product is None or len(found) < 2:
        return f"{found[0].name} {found[0].mode}: {found[0].cases_per_s:.1f} cases/s"
    against = [f"{product.cases_per_s / one.cases_per_s:.2f}x {one.name}" for one in found if one is not product]
    return f"product {product.mode}: {product.cases_per_s:.1f} cases/s = " + ", ".join(against)


def _pairs(values: Mapping[str, float], places: int = 1) -> str:
    return ", ".join(f"{name} {value:.{places}f}" for name, value in values.items())
