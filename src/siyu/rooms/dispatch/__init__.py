"""Dispatched tasks (派单): what headquarters asks sellers to do by a deadline."""
