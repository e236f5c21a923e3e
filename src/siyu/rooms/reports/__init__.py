"""Reports: why sales moved, on whom they rest, what is to come."""
