"""The Japanese texts are complete, and they fit the sentences they stand for."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "locale" / "ja" / "LC_MESSAGES" / "django.po"


def entries():
    """(text to translate, translation) of every entry but the header."""
    for block in SOURCE.read_text(encoding="utf-8").split("\n\n")[1:]:
        texts = dict(re.findall(r'^(msg\w+(?:\[\d\])?) "(.*)"$', block, flags=re.MULTILINE))
        yield texts, block


def test_nothing_is_left_untranslated_or_fuzzy():
    left = [
        texts["msgid"]
        for texts, block in entries()
        if "fuzzy" in block.split("msgid")[0] or not texts.get("msgstr", texts.get("msgstr[0]"))
    ]
    assert left == []


def test_every_translation_names_the_same_values_as_its_sentence():
    def names(text):
        return set(re.findall(r"%\((\w+)\)[sd]", text))

    wrong = [
        texts["msgid"]
        for texts, _block in entries()
        if names(texts["msgid"] + texts.get("msgid_plural", ""))
        != names(texts.get("msgstr", texts.get("msgstr[0]", "")))
    ]
    assert wrong == []


def test_japanese_sentences_end_the_japanese_way():
    wrong = [texts["msgid"] for texts, _block in entries() if texts.get("msgstr", "").endswith((".", ". "))]
    assert wrong == []


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs gettext")
def test_every_text_of_the_code_and_the_pages_is_in_the_file(tmp_path):
    """Collected afresh in a copy: a text that somebody added without its translation is named."""
    for name in ("accounts", "audit", "catalog", "common", "costs", "environments", "portal", "projects", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    target = tmp_path / "locale" / "ja" / "LC_MESSAGES"
    target.mkdir(parents=True)
    command = [sys.executable, "-m", "django", "makemessages", "--locale=ja", "--no-wrap", "--no-location"]
    # Without settings, or Django would write to the folder that they name.
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, env=environment)
    known = {texts["msgid"] for texts, _block in entries()}
    found = re.findall(r'^msgid "(.+)"$', (target / "django.po").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [text for text in found if text not in known] == []
