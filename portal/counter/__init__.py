"""Pages for window clerks and department staff."""
