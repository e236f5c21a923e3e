"""One foreign system per folder, plugged into the rooms' ports by config."""
