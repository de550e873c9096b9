"""Views of the API: read input, access, one action or query, answer."""
