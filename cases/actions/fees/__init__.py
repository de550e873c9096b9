"""Fees (收费): worked out, charged, paid, waived, given back."""
