"""Find, read and select the submissions of students."""
