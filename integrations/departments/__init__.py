"""Department systems over the contract v1."""
