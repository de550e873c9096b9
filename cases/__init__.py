"""What was asked and what became of it: the case engine."""
