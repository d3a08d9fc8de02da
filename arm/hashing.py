"""The two deterministic hashes of the template language: `uniqueString` and `guid`."""

import uuid

_MASK = 0xFFFFFFFF
_C1, _C2, _C3, _C4 = 0x239B961B, 0xAB0E9789, 0x561CCD1B, 0x0BCAA747
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_GUID_NAMESPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")


def _rotate(value: int, bits: int) -> int:
    value &= _MASK
    return ((value << bits) | (value >> (32 - bits))) & _MASK


def _avalanche(value: int) -> int:
    value ^= value >> 16
    value = (value * 0x85EBCA6B) & _MASK
    value ^= value >> 13
    value = (value * 0xC2B2AE35) & _MASK
    return value ^ (value >> 16)


def _blocks(content: bytes) -> tuple[int, int]:
    first = second = 0
    for start in range(0, len(content) - len(content) % 8, 8):
        one = int.from_bytes(content[start : start + 4], "little")
        two = int.from_bytes(content[start + 4 : start + 8], "little")
        first ^= _rotate(one * _C1, 15) * _C2 & _MASK
        first = ((_rotate(first, 19) + second) * 5 + _C3) & _MASK
        second ^= _rotate(two * _C2, 17) * _C1 & _MASK
        second = ((_rotate(second, 13) + first) * 5 + _C4) & _MASK
    return first, second


def murmur(content: bytes) -> int:
    """The 64-bit, two-lane MurmurHash3 variant behind `uniqueString`."""
    first, second = _blocks(content)
    tail = content[len(content) - len(content) % 8 :]
    if tail:
        first ^= _rotate(int.from_bytes(tail[:4], "little") * _C1, 15) * _C2 & _MASK
    if len(tail) > 4:
        second ^= _rotate(int.from_bytes(tail[4:], "little") * _C2, 17) * _C1 & _MASK
    first ^= len(content) & _MASK
    second ^= len(content) & _MASK
    first = (first + second) & _MASK
    second = (second + first) & _MASK
    first, second = _avalanche(first), _avalanche(second)
    first = (first + second) & _MASK
    second = (second + first) & _MASK
    return second << 32 | first


def unique_string(*parts: str) -> str:
    """The 13 letters Azure's `uniqueString` gives for the same arguments."""
    value = murmur("-".join(parts).encode("utf-8", "replace"))
    letters = []
    for _ in range(13):
        letters.append(_LETTERS[value >> 59])
        value = value << 5 & 0xFFFFFFFFFFFFFFFF
    return "".join(letters)


def guid(*parts: str) -> str:
    """The UUID Azure's `guid` gives for the same arguments: version 5 over the joined text."""
    # RFC 4122 asks for SHA-1 here; nothing is protected by it.
    text = "-".join(parts).encode("utf-8", "replace").decode("utf-8")
    return str(uuid.uuid5(_GUID_NAMESPACE, text))
