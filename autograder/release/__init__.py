"""What a kit becomes for each system that a course runs."""
