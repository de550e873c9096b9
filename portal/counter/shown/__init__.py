"""What pages of the counter show: values of the engine in the words of the desk."""
