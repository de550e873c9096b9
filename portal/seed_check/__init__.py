"""Runs what the seeds describe (rows.yaml) end to end, in a database of its own, with a clock that runs ahead."""
