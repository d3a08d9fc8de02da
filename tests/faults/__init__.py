"""Faults injected into a running engine; after each, the invariants of manage.py doctor must hold."""
