"""What the pages show: answers of queries in the words of the components."""
