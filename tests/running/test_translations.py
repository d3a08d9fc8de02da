"""Compiling translations gives what gettext itself reads."""

import gettext
import io

from portal.running import translations

PO = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=1; plural=0;\n"

#: somewhere
msgid "Environment"
msgstr "環境"

msgctxt "verb"
msgid "Share"
msgstr "共有する"

#, python-format
msgid "%(n)s day"
msgid_plural "%(n)s days"
msgstr[0] "%(n)s 日"

msgid ""
"A \"long\"\n"
"text"
msgstr ""
"「長い」\n"
"文"

#, fuzzy
msgid "Unsure"
msgstr "不確か"

msgid "Missing"
msgstr ""

#~ msgid "Old"
#~ msgstr "古い"
"""


def compiled() -> gettext.GNUTranslations:
    return gettext.GNUTranslations(io.BytesIO(translations.binary(dict(translations.messages(PO)))))


def test_plain_plural_context_and_multiline_texts_are_found():
    found = compiled()
    assert found.gettext("Environment") == "環境"
    assert found.pgettext("verb", "Share") == "共有する"
    assert found.ngettext("%(n)s day", "%(n)s days", 3) == "%(n)s 日"
    assert found.gettext('A "long"\ntext') == "「長い」\n文"


def test_fuzzy_untranslated_and_obsolete_entries_stay_in_english():
    found = compiled()
    assert [found.gettext(text) for text in ("Unsure", "Missing", "Old")] == ["Unsure", "Missing", "Old"]


def test_only_what_is_out_of_date_is_written_again(tmp_path):
    source = tmp_path / "ja" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(PO)
    translations.compile_all(tmp_path)
    first = source.with_suffix(".mo").stat().st_mtime_ns
    translations.compile_all(tmp_path)
    assert source.with_suffix(".mo").stat().st_mtime_ns == first
