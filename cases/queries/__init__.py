"""The case as pages read it: frozen values, never models. Nothing here changes anything."""
