"""Order, customer, seller, product and follow files: read, checked, staged, then imported."""
