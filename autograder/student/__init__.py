"""The student's loop in a handout's folder: check, watch, hint and pack, with nothing that is for staff."""
