"""What pydicom raises where bytes break the standard: found by mutating files, see the tests."""

from __future__ import annotations

import struct
import zlib

from pydicom.errors import BytesLengthException, InvalidDicomError

BAD_VALUE = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    NotImplementedError,
    OverflowError,
    AssertionError,
    RecursionError,
    BytesLengthException,
    struct.error,
)
"""An element's value cannot be converted."""
DAMAGED_FILE = (InvalidDicomError, EOFError, OSError, MemoryError, zlib.error, *BAD_VALUE)
"""A file cannot be parsed; a damaged length may ask for any amount of memory."""
