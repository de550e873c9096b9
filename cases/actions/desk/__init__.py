"""What people of departments do: worklists, letters, handovers, attention, their mail."""
