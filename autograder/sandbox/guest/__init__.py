"""Run student code inside the sandbox and answer calls from the host."""
