"""Demo people and the walk-through of `./dev demo`."""
