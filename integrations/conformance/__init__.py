"""The conformance kit: plays the portal to one department and says, sentence by sentence, what it keeps and breaks.

It stands alone: Python's standard library, no settings, no database. `python -m integrations.conformance --help`.
"""
