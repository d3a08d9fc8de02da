"""Who a session belongs to: a person whose ID token was checked and whose access was not switched off since."""

from django.contrib.auth.backends import BaseBackend

from accounts.models import User


class EntraBackend(BaseBackend):
    """Loads users for their session; authentication itself happens in accounts.sign_in."""

    def get_user(self, user_id: int) -> User | None:
        """The user, or None for a disabled one, which ends their sessions at their next request."""
        return User.objects.filter(pk=user_id, is_active=True).first()
