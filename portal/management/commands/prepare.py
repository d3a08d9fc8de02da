"""`manage.py prepare`: bring database, static files, catalog and (where there is one) sample company up to date."""

import os
from datetime import date
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.models import User
from catalog import sync
from portal.company import history, rows
from portal.running import translations


class Command(BaseCommand):
    """Everything that has to be done between an update of the code and its start; safe to run again."""

    help = "Migrate, compile messages, collect static files, read the built-in catalog, write the sample company."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run the steps in order; `make run` sets GENKAN_SAMPLE_COMPANY to the first day of the installation."""
        call_command("migrate", interactive=False, verbosity=0)
        translations.compile_all()
        call_command("collectstatic", interactive=False, verbosity=0)
        sync.sync_built_in(User.objects.system())
        if founded := os.environ.get("GENKAN_SAMPLE_COMPANY"):
            rows.write(timezone.localdate())
            history.write(date.fromisoformat(founded))
        self.stdout.write("Everything is prepared.")
