"""The program beside student code: a warm process that forks one child for each submission."""
