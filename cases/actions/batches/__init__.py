"""Many people at once: rosters with each one's word, points (积分) and allocation of places (派位)."""
