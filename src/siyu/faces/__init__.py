"""What people and programs see of the house. Faces have no tables."""
