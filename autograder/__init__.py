"""Weekly deep-learning assignments with an autograder."""
