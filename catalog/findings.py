"""What a reader noticed in a catalog file: where, what is the matter, what to do."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from common.errors import Text


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


class ItemInvalid(Exception):
    """A catalog item cannot become a version; every reason is listed."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(map(str, self.findings)))


def has_error(findings: Iterable[Finding]) -> bool:
    """True when at least one finding forbids publishing."""
    return any(finding.severity == Severity.ERROR for finding in findings)
