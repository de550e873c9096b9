"""`./dev screens`: every page as a picture in every look, and measured on the way. Runs inside the environment."""
