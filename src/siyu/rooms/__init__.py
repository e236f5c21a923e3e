"""The rooms of the house, each owning its tables; see ARCHITECTURE.md for their order."""
