"""Who may sign in: people whose ID token was checked."""

from django.contrib.auth.backends import BaseBackend


class EntraBackend(BaseBackend):
    """Loads users for their session; authentication itself happens in accounts.sign_in."""
