"""The face for self-service terminals: the citizen's pages in a frame of their own that forgets everything."""
