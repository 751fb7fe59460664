"""Ways in from other systems: each shows the examiner's own report in that system's words."""
