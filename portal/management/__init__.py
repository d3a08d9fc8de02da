"""Management commands that start and check things."""
