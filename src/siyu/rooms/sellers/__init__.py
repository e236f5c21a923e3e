"""Sellers: guides, shopkeepers, KOC and group leaders, and where they work."""
