"""The faces of the product: pages for citizens and clerks, the API, sign-in."""
