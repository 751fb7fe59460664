"""Run student code in isolation."""
