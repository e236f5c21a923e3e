"""Headquarters: figures, imports, runs and sellers."""
