"""Data of registers and licences: asked with purpose and consent, kept apart from what people typed, disputed."""
