"""What can be asked: catalogue, forms and rules of the bundles (一件事)."""
