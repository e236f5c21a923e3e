"""Targets of sales, and campaigns against those of earlier years."""
