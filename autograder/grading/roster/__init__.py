"""Read the roster of a class, and match submissions with its students."""
