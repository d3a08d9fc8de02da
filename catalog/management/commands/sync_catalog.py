"""`manage.py sync_catalog`: read the built-in templates into the catalog."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from catalog.sync import BUILT_IN_FOLDER, sync_built_in


class Command(BaseCommand):
    """Prints what was found and fails when an item is invalid."""

    help = "Read the built-in templates into the catalog and publish what is new."

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder, for catalogs kept elsewhere."""
        parser.add_argument("--folder", type=Path, default=BUILT_IN_FOLDER, help="one sub-folder for each template")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sync as the system user."""
        counts = sync_built_in(User.objects.system(), folder=options["folder"])
        self.stdout.write(
            f"added {counts.added}, changed {counts.changed}, unchanged {counts.unchanged}, "
            f"removed {counts.removed}, invalid {counts.invalid}"
        )
        for finding in counts.findings:
            self.stderr.write(str(finding))
        if counts.invalid:
            raise CommandError("Some templates are invalid; see above.")
