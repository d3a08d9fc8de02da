"""Check the audit trail's chain: `manage.py audit_verify`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import chain


class Command(BaseCommand):
    """Ends with status 1 and the name of the first bad row when the trail was tampered with."""

    help = "Checks that no event of the audit trail was changed, removed or slipped in."

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and say what was found."""
        result = chain.verify()
        if not result.is_whole:
            raise CommandError(f"The trail is broken: {result.problem}. {result.checked} seals before it are good.")
        self.stdout.write(f"{result.checked} seals are good. Head: {result.head}")
