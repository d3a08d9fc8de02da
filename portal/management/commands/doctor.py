"""`manage.py doctor`: checks the engine's invariants on this installation."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from environments import doctor


class Command(BaseCommand):
    """Prints each invariant with its violations; exit status 1 when there are any."""

    help = "Check the invariants of docs/operations.md on this installation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--offline` leaves out what has to be asked of Azure."""
        parser.add_argument("--offline", action="store_true", help="do not ask Azure")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Examine, print, count."""
        count = 0
        for invariant, findings in doctor.examine(with_azure=not options["offline"]):
            mark = "ok  " if not findings else "BAD "
            self.stdout.write(f"{mark} {invariant.number:4} {invariant.promise}")
            for finding in findings:
                self.stdout.write(f"         {finding.subject}: {finding.problem}")
            count += len(findings)
        if count:
            raise CommandError(f"{count} violations")
