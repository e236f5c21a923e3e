"""Communities: groups (社群) that sellers look after, from their opening to their end."""
