"""Encrypting values that must not be readable in the database: AES-256-GCM, bound to their holder and name."""

import base64
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_NONCE_BYTES = 12


class SecretUnreadable(Exception):
    """No configured key opens the value, or it was moved to another holder or name."""


def encrypt(value: Any, *, bound_to: str) -> bytes:
    """Nonce and ciphertext of the value's JSON; `bound_to` must be the same again to decrypt."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(_keys()[0]).encrypt(nonce, json.dumps(value).encode(), bound_to.encode())


def decrypt(ciphertext: bytes, *, bound_to: str) -> Any:
    """The value, opened with whichever configured key fits."""
    nonce, sealed = ciphertext[:_NONCE_BYTES], ciphertext[_NONCE_BYTES:]
    for key in _keys():
        try:
            return json.loads(AESGCM(key).decrypt(nonce, sealed, bound_to.encode()))
        except InvalidTag:
            continue
    raise SecretUnreadable(f"no key opens the value bound to {bound_to}")


def _keys() -> list[bytes]:
    keys = [base64.b64decode(key) for key in settings.ENCRYPTION_KEYS]
    if not keys or any(len(key) != 32 for key in keys):
        raise ImproperlyConfigured("Set GENKAN_ENCRYPTION_KEYS to one or more 32-byte keys in base64.")
    return keys
