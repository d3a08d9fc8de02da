"""`manage.py seed_requests`: the sample company's first requests and its bill of the last months."""

import os
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal.company import wishes


class Command(BaseCommand):
    """Needs a running worker, because Azure is asked about each request before it is submitted."""

    help = "Ask for the sample company's first environments; does nothing the second time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--seconds` is how long to wait for Azure's answer about one request."""
        parser.add_argument("--seconds", type=float, default=60)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load the bill, then ask."""
        founded = os.environ.get("GENKAN_SAMPLE_COMPANY")
        wishes.load_bill(date.fromisoformat(founded) if founded else timezone.localdate())
        for line in wishes.ask_all(seconds=options["seconds"]):
            self.stdout.write(line)
