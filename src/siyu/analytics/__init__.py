"""Insights as functions from Ibis tables to Ibis tables; usable from a notebook."""
