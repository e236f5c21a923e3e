"""Coaching: which sellers need help, and what came of it."""
