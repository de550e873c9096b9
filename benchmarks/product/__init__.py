"""The product under the standard work: prepared, filed into and watched as in operation."""
