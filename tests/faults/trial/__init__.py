"""The rehearsal: many applicants at once, a plan of injuries with a seed, and figures of what was lost or doubled."""
