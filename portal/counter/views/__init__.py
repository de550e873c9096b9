"""Views of the counter: read input, access, one action or query, answer."""
