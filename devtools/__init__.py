"""What `./dev` does: environment, embedded services, supervisor, checks. Standard library only."""
