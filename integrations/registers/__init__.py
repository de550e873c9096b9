"""look-ups in other bodies' registers."""
