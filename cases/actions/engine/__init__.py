"""The path of a case: locks, events, judging, what follows from an answer, occasions and rounds."""
