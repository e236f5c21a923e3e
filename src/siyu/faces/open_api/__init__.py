"""The open API: other systems write people and orders, and read what was computed of them."""
