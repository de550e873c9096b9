"""Documents made from cases."""
