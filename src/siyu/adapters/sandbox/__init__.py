"""Stand-ins for banks and authorities, for trying things out; no money moves."""
