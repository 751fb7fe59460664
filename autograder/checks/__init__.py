"""Run the checks of a kit."""
