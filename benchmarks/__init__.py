"""The standard work through the whole product, beside what a good engineer would write with other engines."""
