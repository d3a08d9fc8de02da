"""A text that a catalog file gives in English and perhaps in Japanese."""

from dataclasses import dataclass

from django.utils.translation import get_language


@dataclass(frozen=True)
class Localized:
    """Prints itself in the reader's language; English where Japanese is missing."""

    en: str = ""
    ja: str = ""

    def __str__(self) -> str:
        if self.ja and (get_language() or "").startswith("ja"):
            return self.ja
        return self.en

    def __bool__(self) -> bool:
        return bool(self.en)


NO_TEXT = Localized()
