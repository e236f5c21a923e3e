"""Which seller an order line belongs to, with the evidence."""
