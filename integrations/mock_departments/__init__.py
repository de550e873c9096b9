"""Pretended departments: every department, register and the licence library in one process of their own.

They speak the department contract and share no code with the portal, so that what they received can be
compared with what the portal says it sent. Run them with ``python -m integrations.mock_departments``.
"""
