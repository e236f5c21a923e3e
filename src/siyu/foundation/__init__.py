"""What every floor stands on: money, time, ids, secrets, events and errors. No Django."""
