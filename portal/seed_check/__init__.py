"""Runs what the seeds describe (docs/seeds.md) end to end, in a database of its own, with a clock that runs ahead."""
