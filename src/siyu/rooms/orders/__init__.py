"""Orders with their lines, payments and refunds."""
