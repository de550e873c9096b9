"""What is measured: CPU with ended children, percentiles, and the last line."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from benchmarks import measure, report
from benchmarks.settings import Figures

BUSY = "sum(i * i for i in range(3_000_000))"


def test_cpu_of_a_child_counts_after_it_has_ended() -> None:
    before = measure.cpu_ms(os.getpid())
    subprocess.run([sys.executable, "-c", BUSY], check=True)
    assert measure.cpu_ms(os.getpid()) - before >= 50


def test_a_living_child_is_of_the_family() -> None:
    command = [sys.executable, "-c", "print(1, flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stdout.readline()
        assert child.pid in list(measure.family(os.getpid()))
        assert measure.peak_mib(child.pid) > 1
        child.communicate(b"\n")


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100)])
def test_a_percentile_is_a_value_that_was_measured(share: float, expected: int) -> None:
    assert measure.percentile(list(range(1, 101)), share) == expected


def test_without_values_there_is_no_percentile() -> None:
    with pytest.raises(ValueError):
        measure.percentile([], 0.5)


def test_the_last_line_is_the_ratio_to_each_peer() -> None:
    found = [Figures("product", "sync", 100, 1.0), Figures("canvas", "sync", 40, 2.0), Figures("dbos", "sync", 50, 1.0)]
    assert report.ratios(found) == "product sync: 100.0 cases/s = 5.00x canvas, 2.00x dbos"


def test_commits_of_the_log_count_before_numbers_given_out() -> None:
    assert Figures("a", "sync", transactions={"xids": 9.0, "commits": 4.0}).transactions_per_case == 4.0
    assert Figures("a", "sync", transactions={"xids": 9.0}).transactions_per_case == 9.0
