"""Taking typed values out of a YAML mapping, with a finding for everything that is not as agreed."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalog.findings import Finding, Severity
from catalog.formats.yaml_text import YamlDocument
from catalog.localized import Localized
from common.errors import Text

MAX_TEXT = 2000


class Section:
    """One mapping of a document. Each getter notes its key as known; `finish` reports the others."""

    def __init__(self, document: YamlDocument, findings: list[Finding], *, path: str = "", values: Any = None) -> None:
        self.document = document
        self.findings = findings
        self.path = path
        self.values: Mapping[str, Any] = document.values if values is None else values
        self._known: set[str] = set()

    def report(self, key: str, message: Text, mend: Text = "", *, severity: Severity = Severity.ERROR) -> None:
        """Add a finding about a key of this section."""
        path = self._at(key)
        line = self.document.lines.get(path) or self.document.lines.get(self.path, 0)
        self.findings.append(Finding(severity, self.document.file, path, line, message, mend))

    def get(self, key: str) -> Any:
        """The raw value; the key counts as known from now on."""
        self._known.add(key)
        return self.values.get(key)

    def text(self, key: str, *, default: str = "", longest: int = MAX_TEXT) -> str:
        """A text, numbers included (a version may be written 1.0)."""
        value = self.get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.report(key, _("This must be a text."), _("Write it in quotes."))
            return default
        if len(str(value)) > longest:
            message = _("This is longer than %(limit)d characters.") % {"limit": longest}
            self.report(key, message, _("Shorten it."))
            return default
        return str(value)

    def required(self, key: str, *, longest: int = MAX_TEXT) -> str:
        """A text that may not be missing."""
        value = self.text(key, longest=longest)
        if not value.strip() and self.values.get(key) in (None, ""):
            self.report(key, _("This is missing."), _("Add the line `%(key)s: …`.") % {"key": key})
        return value

    def localized(self, key: str, *, longest: int = MAX_TEXT) -> Localized:
        """A text for everybody, or a mapping of `en` and `ja`."""
        value = self.get(key)
        if not isinstance(value, Mapping):
            return Localized(self.text(key, longest=longest))
        inner = self.section(key)
        texts = Localized(inner.required("en", longest=longest), inner.text("ja", longest=longest))
        inner.finish()
        return texts

    def integer(self, key: str, *, low: int, high: int, default: int | None = None) -> int | None:
        """A whole number within bounds."""
        value = self.get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            message = _("This must be a whole number from %(low)d to %(high)d.") % {"low": low, "high": high}
            self.report(key, message)
            return default
        return value

    def decimal(self, key: str) -> Decimal:
        """An amount of money: not negative; zero and a finding when it is none."""
        text = self.required(key)
        try:
            amount = Decimal(text or "0")
        except InvalidOperation:
            amount = Decimal(-1)
        if not amount.is_finite() or not 0 <= amount < Decimal(10) ** 12:
            self.report(key, _("This must be an amount."), _('Write it as a text such as "410" or "4.10".'))
            return Decimal(0)
        return amount

    def flag(self, key: str, *, default: bool = False) -> bool:
        """true or false."""
        value = self.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.report(key, _("This must be true or false."))
            return default
        return value

    def choice(self, key: str, choices: Iterable[str], *, default: str) -> str:
        """One of a few words."""
        value = self.text(key, default=default)
        words = list(choices)
        if value not in words:
            message = _("%(value)s is not known here.") % {"value": value}
            self.report(key, message, _("Write one of: %(words)s.") % {"words": ", ".join(words)})
            return default
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.report(key, _("This must be a list of texts."), _("Write it as [one, two]."))
            return ()
        return tuple(value)

    def section(self, key: str) -> "Section":
        """The mapping below a key; an empty one when it is missing or something else."""
        value = self.get(key)
        if value is not None and not isinstance(value, Mapping):
            self.report(key, _("This must hold names with values."))
        values = value if isinstance(value, Mapping) else {}
        return Section(self.document, self.findings, path=self._at(key), values=values)

    def named_sections(self, key: str) -> Iterator[tuple[str, "Section"]]:
        """Each name and mapping of a mapping of mappings."""
        outer = self.section(key)
        for name in outer.values:
            yield str(name), outer.section(name)

    def listed_sections(self, key: str) -> Iterator["Section"]:
        """Each mapping of a list of mappings."""
        value = self.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            self.report(key, _("This must be a list."), _("Start each entry with a dash."))
            return
        for index, item in enumerate(value):
            path = f"{self._at(key)}[{index}]"
            if isinstance(item, Mapping):
                yield Section(self.document, self.findings, path=path, values=item)
            else:
                self.report(f"{key}[{index}]", _("This must hold names with values."))

    def finish(self, *, severity: Severity = Severity.ERROR) -> None:
        """Report every key that nothing asked for."""
        for name in self.values:
            if str(name) in self._known:
                continue
            near = difflib.get_close_matches(str(name), sorted(self._known), n=1)
            mend = _("Did you mean %(near)s?") % {"near": near[0]} if near else _("Remove it.")
            self.report(str(name), _("This key is not known here."), mend, severity=severity)

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key
