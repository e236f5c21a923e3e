"""Programs, org units, staff, their roles and how far their data reaches."""
