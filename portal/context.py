"""What every page needs: where people can go from here."""

from typing import Any

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Nothing yet for people who are not signed in."""
    return {}
