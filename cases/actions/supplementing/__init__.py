"""The one consolidated notice (一次性告知): collected, sent, answered, lapsed, or mended on the spot."""
