"""The seller's workbench: a phone page that tells whom to contact today."""
