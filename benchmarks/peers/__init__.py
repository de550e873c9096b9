"""The same work as a good engineer would write it with other engines."""
