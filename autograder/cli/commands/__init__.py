"""Run the commands of `kit`, one module per command; the modules above declare their arguments."""
