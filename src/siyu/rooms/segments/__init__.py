"""Audiences by conditions, and who belonged to them when (人群)."""
