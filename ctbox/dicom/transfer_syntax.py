"""Which encodings of pixel data can be read, and what all of them are called."""

from __future__ import annotations

from enum import Enum

from ctbox.dicom.scanning import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
)


class Coding(Enum):
    """How the pixels of a transfer syntax are stored."""

    NATIVE = "uncompressed"
    ENCAPSULATED = "uncompressed, in fragments"
    RLE = "RLE"
    JPEG = "JPEG"
    JPEG_LS = "JPEG-LS"
    JPEG_2000 = "JPEG 2000"


# PS3.6 table A-1, the image ones.
_READABLE = {
    IMPLICIT_VR_LITTLE_ENDIAN: ("Implicit VR Little Endian", Coding.NATIVE),
    EXPLICIT_VR_LITTLE_ENDIAN: ("Explicit VR Little Endian", Coding.NATIVE),
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN: ("Deflated Explicit VR Little Endian", Coding.NATIVE),
    EXPLICIT_VR_BIG_ENDIAN: ("Explicit VR Big Endian", Coding.NATIVE),
    "1.2.840.10008.1.2.1.98": (
        "Encapsulated Uncompressed Explicit VR Little Endian",
        Coding.ENCAPSULATED,
    ),
    "1.2.840.10008.1.2.4.50": ("JPEG Baseline (Process 1)", Coding.JPEG),
    "1.2.840.10008.1.2.4.51": ("JPEG Extended (Process 2 and 4)", Coding.JPEG),
    "1.2.840.10008.1.2.4.57": ("JPEG Lossless (Process 14)", Coding.JPEG),
    "1.2.840.10008.1.2.4.70": ("JPEG Lossless (Process 14, Selection Value 1)", Coding.JPEG),
    "1.2.840.10008.1.2.4.80": ("JPEG-LS Lossless", Coding.JPEG_LS),
    "1.2.840.10008.1.2.4.81": ("JPEG-LS Near-Lossless", Coding.JPEG_LS),
    "1.2.840.10008.1.2.4.90": ("JPEG 2000 (Lossless Only)", Coding.JPEG_2000),
    "1.2.840.10008.1.2.4.91": ("JPEG 2000", Coding.JPEG_2000),
    "1.2.840.10008.1.2.4.201": (
        "High-Throughput JPEG 2000 (Lossless Only)",
        Coding.JPEG_2000,
    ),
    "1.2.840.10008.1.2.4.202": (
        "High-Throughput JPEG 2000 with RPCL (Lossless Only)",
        Coding.JPEG_2000,
    ),
    "1.2.840.10008.1.2.4.203": ("High-Throughput JPEG 2000", Coding.JPEG_2000),
    "1.2.840.10008.1.2.5": ("RLE Lossless", Coding.RLE),
}
_REFUSED = {
    "1.2.840.10008.1.2.4.52": "JPEG Extended (Processes 3 and 5, retired)",
    "1.2.840.10008.1.2.4.53": "JPEG Spectral Selection (Processes 6 and 8, retired)",
    "1.2.840.10008.1.2.4.54": "JPEG Spectral Selection (Processes 7 and 9, retired)",
    "1.2.840.10008.1.2.4.55": "JPEG Full Progression (Processes 10 and 12, retired)",
    "1.2.840.10008.1.2.4.56": "JPEG Full Progression (Processes 11 and 13, retired)",
    "1.2.840.10008.1.2.4.58": "JPEG Lossless (Process 15, retired)",
    "1.2.840.10008.1.2.4.92": "JPEG 2000 Part 2 Multi-component (Lossless Only)",
    "1.2.840.10008.1.2.4.93": "JPEG 2000 Part 2 Multi-component",
    "1.2.840.10008.1.2.4.100": "MPEG2 Main Profile",
    "1.2.840.10008.1.2.4.101": "MPEG2 Main Profile at High Level",
    "1.2.840.10008.1.2.4.102": "MPEG-4 AVC/H.264",
    "1.2.840.10008.1.2.4.103": "MPEG-4 AVC/H.264 BD-compatible",
    "1.2.840.10008.1.2.4.107": "HEVC/H.265",
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
    "1.2.840.10008.1.2.8.1": "Deflated Image Frame Compression",
    "1.2.840.113619.5.2": "GE Private Implicit VR Big Endian",
}


def find_transfer_syntax_name(uid: str) -> str | None:
    """Return the standard's name of a transfer syntax, or None where it is not known."""
    return _READABLE[uid][0] if uid in _READABLE else _REFUSED.get(uid)


def find_coding(uid: str) -> Coding | None:
    """Return how pixels in this transfer syntax are stored, or None if they cannot be read."""
    return _READABLE[uid][1] if uid in _READABLE else None


def find_transfer_syntax_problem(uid: str) -> str | None:
    """Return why pixels in this transfer syntax cannot be read, or None if they can.

    Parameters
    ----------
    uid : str
        Transfer Syntax UID (0002,0010).
    """
    if uid in _READABLE:
        return None
    name = _REFUSED.get(uid)
    label = f"{name}, {uid}" if name else f"unknown, {uid or 'none given'}"
    return (
        f"Transfer syntax not supported ({label}): convert it to Explicit VR Little Endian, "
        "for instance with dcmconv or gdcmconv."
    )
