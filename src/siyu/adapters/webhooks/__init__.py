"""Posting to other systems over HTTP."""
