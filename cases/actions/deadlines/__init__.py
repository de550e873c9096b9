"""Time limits (期限): computed, stopped, extended, deemed, reminded of and escalated."""
