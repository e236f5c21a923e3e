"""Outreach: whom every seller contacts today, why, and with what words."""
