"""Decoding catalog files the way they are found: UTF-8 with or without a mark, then UTF-16, then Latin-1."""

import codecs


def decode(content: bytes) -> str:
    """The text of a file; never fails, because Latin-1 takes every byte."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            return content.decode("latin-1")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
