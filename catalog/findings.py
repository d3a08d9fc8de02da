"""What a reader noticed in a catalog file: where, what is the matter, what to do."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, Text


class Severity(TextChoices):
    """An error keeps a version from being published; a warning is shown beside it."""

    ERROR = "error", _("Error")
    WARNING = "warning", _("Warning")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or unusual. `line` counts from 1; 0 means the file as a whole."""

    severity: Severity
    file: str
    key: str
    line: int
    message: Text
    mend: Text = ""

    @property
    def place(self) -> str:
        """`genkan.yaml:12 parameters.model.order`, as far as it is known."""
        line = f":{self.line}" if self.line else ""
        return f"{self.file}{line} {self.key}".rstrip()

    def __str__(self) -> str:
        return " ".join(filter(None, [f"{self.place}:", str(self.message), str(self.mend)]))


class ItemInvalid(DomainError):
    """A catalog item's files have errors, so that nothing can be built from them; every reason is listed."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        message = _("The template's files have errors. A catalog admin can mend them and sync again.")
        super().__init__(message, reasons=[str(finding) for finding in self.findings])


def has_error(findings: Iterable[Finding]) -> bool:
    """True when at least one finding forbids publishing."""
    return any(finding.severity == Severity.ERROR for finding in findings)
