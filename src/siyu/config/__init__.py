"""Settings, addresses and the wiring of adapters into ports."""
