"""Errors, state moves, HTTP helpers, template tags: no models, no nouns of the domain."""
