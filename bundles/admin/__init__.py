"""Administration of the catalogue: it configures what can be asked, and never moves a case."""

from bundles.admin import bundles, calendar, registries, versions

__all__ = ["bundles", "calendar", "registries", "versions"]
