"""The program that runs beside student code inside the sandbox."""
