"""Durable work: the outbox, runs and their steps, schedules, imports and the audit log."""
