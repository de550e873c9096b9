"""Decisions and what they leave: results, refusals, documents (文书), opinions, handing on, later corrections."""
