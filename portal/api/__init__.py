"""The REST API of the portal."""
