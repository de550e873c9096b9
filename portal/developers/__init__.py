"""For those who connect a system: the department contract as a page, and its files to take away."""
