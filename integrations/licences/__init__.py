"""The licence library."""
