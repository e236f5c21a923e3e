"""Products with their categories and brands."""
