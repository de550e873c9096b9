"""Components of the pages: template tags, the picture of the items, preferences."""
