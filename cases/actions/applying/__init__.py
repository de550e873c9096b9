"""From the draft to the filed case: drafting, parties and their signatures, filing, stages, taking back."""
