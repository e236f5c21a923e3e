"""Siyu (私域): the back end of private-domain commerce."""
