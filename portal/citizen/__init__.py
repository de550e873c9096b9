"""Pages for citizens and companies."""
