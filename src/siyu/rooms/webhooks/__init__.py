"""Webhooks (回调通知): other systems are told of orders and tasks until they have heard."""
