"""Insights: what the warehouse computed, published for pages and for outreach."""
