"""Configuration of outside systems, and their trail to read. Nothing here touches a case."""

from integrations.admin import hosts, keys, systems, trail

__all__ = ["hosts", "keys", "systems", "trail"]
