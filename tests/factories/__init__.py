"""What tests are made of: people, cases, doubles of the outside."""
