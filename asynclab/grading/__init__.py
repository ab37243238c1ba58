"""asynclab.grading: the instructor's half; a student's kernel never imports it."""
