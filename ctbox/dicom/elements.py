"""Raw element values to Python values, tolerantly: what makes no sense becomes None.

Files in the wild hold "-0600", "1,5", padding NULs and worse (PS3.5 6.2). Nothing in here raises,
and nothing is guessed: a value is read or it is absent.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping

Elements = Mapping[int, bytes]

SPECIFIC_CHARACTER_SET, IMAGE_TYPE = 0x00080005, 0x00080008
CONTENT_TIME, ACQUISITION_NUMBER = 0x00080033, 0x00200012


def read_text(elements: Elements, tag: int) -> str | None:
    """Return a text value in the file's own character set; None if absent or empty."""
    raw = elements.get(tag)
    if raw is None:
        return None
    if raw.isascii() and b"\x1b" not in raw:
        text = raw.decode("ascii")
    else:
        text = _decode(raw, elements.get(SPECIFIC_CHARACTER_SET, b""))
    return text.strip(" \0\r\n\t") or None


def _decode(raw: bytes, character_set: bytes) -> str:
    """Decode text beyond ASCII; pydicom knows the character sets of PS3.3 C.12.1.1.2.

    Where the file names none, or one that does not exist, UTF-8 is tried and then Latin-1.
    """
    from pydicom import charset  # slow to import, seldom needed
    from pydicom.valuerep import TEXT_VR_DELIMS

    terms = [term.strip(" \0") for term in character_set.decode("ascii", "replace").split("\\")]
    if any(terms) and all(term in charset.python_encoding for term in terms):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                encodings = charset.convert_encodings(terms)
                return charset.decode_bytes(raw, encodings, TEXT_VR_DELIMS)
        except (LookupError, ValueError):
            return raw.decode("utf-8", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def read_uid(elements: Elements, tag: int) -> str | None:
    """Return a UID; None if absent or empty."""
    return _read_ascii(elements, tag).strip() or None


def _read_ascii(elements: Elements, tag: int) -> str:
    return elements.get(tag, b"").decode("ascii", "replace").strip(" \0")


def read_texts(elements: Elements, tag: int) -> tuple[str, ...]:
    """Return the values of a multi-valued text."""
    text = read_text(elements, tag)
    return () if text is None else tuple(part.strip() for part in text.split("\\"))


def parse_number(text: str) -> float | None:
    """Return a finite number, or None; a decimal comma is taken for a point."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


def read_numbers(elements: Elements, tag: int) -> tuple[float | None, ...]:
    """Return every value of a decimal or integer string (VR DS, IS), None for a bad one."""
    text = _read_ascii(elements, tag)
    return tuple(parse_number(part.strip(" \0")) for part in text.split("\\")) if text else ()


def read_number(elements: Elements, tag: int) -> float | None:
    """Return the first value of a decimal string."""
    values = read_numbers(elements, tag)
    return values[0] if values else None


def read_vector(elements: Elements, tag: int, length: int) -> tuple[float, ...] | None:
    """Return exactly `length` finite numbers, or None."""
    values = tuple(value for value in read_numbers(elements, tag) if value is not None)
    return values if len(values) == length == len(read_numbers(elements, tag)) else None


def read_integer(elements: Elements, tag: int) -> int | None:
    """Return the first value of an integer string; "3.0" counts, "3.5" does not."""
    value = read_number(elements, tag)
    return int(value) if value is not None and value.is_integer() else None


def read_short(elements: Elements, tag: int, signed: bool = False) -> int | None:
    """Return a 16-bit number (VR US, SS)."""
    raw = elements.get(tag, b"")
    return int.from_bytes(raw[:2], "little", signed=signed) if len(raw) >= 2 else None


def read_seconds(elements: Elements, tag: int) -> float | None:
    """Return a time of day (VR TM, "HHMMSS.FFFFFF") in seconds."""
    text = _read_ascii(elements, tag).replace(":", "")
    whole, _, fraction = text.partition(".")
    if not whole.isdigit() or len(whole) % 2 or len(whole) > 6 or not (fraction or "0").isdigit():
        return None
    hours, minutes, seconds = (int(whole[i : i + 2] or "0") for i in (0, 2, 4))
    return hours * 3600 + minutes * 60 + seconds + float(f"0.{fraction or 0}")
