"""Customers: profiles, outside identities, consent, and who follows and serves whom."""
