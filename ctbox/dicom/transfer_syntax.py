"""Which encodings of pixel data can be read, and what the others are called."""

from __future__ import annotations

from ctbox.dicom.scanning import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN

_READABLE = frozenset({IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN})

# PS3.6 table A-1, the image ones.
_NAMES = {
    "1.2.840.10008.1.2.1.99": "Deflated Explicit VR Little Endian",
    "1.2.840.10008.1.2.2": "Explicit VR Big Endian",
    "1.2.840.10008.1.2.4.50": "JPEG Baseline (Process 1)",
    "1.2.840.10008.1.2.4.51": "JPEG Extended (Process 2 and 4)",
    "1.2.840.10008.1.2.4.55": "JPEG Full Progression (Processes 10 and 12, retired)",
    "1.2.840.10008.1.2.4.57": "JPEG Lossless (Process 14)",
    "1.2.840.10008.1.2.4.70": "JPEG Lossless (Process 14, Selection Value 1)",
    "1.2.840.10008.1.2.4.80": "JPEG-LS Lossless",
    "1.2.840.10008.1.2.4.81": "JPEG-LS Near-Lossless",
    "1.2.840.10008.1.2.4.90": "JPEG 2000 (Lossless Only)",
    "1.2.840.10008.1.2.4.91": "JPEG 2000",
    "1.2.840.10008.1.2.4.100": "MPEG2 Main Profile",
    "1.2.840.10008.1.2.4.102": "MPEG-4 AVC/H.264",
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
    "1.2.840.10008.1.2.4.201": "High-Throughput JPEG 2000 (Lossless Only)",
    "1.2.840.10008.1.2.4.202": "High-Throughput JPEG 2000 with RPCL (Lossless Only)",
    "1.2.840.10008.1.2.4.203": "High-Throughput JPEG 2000",
    "1.2.840.10008.1.2.5": "RLE Lossless",
    "1.2.840.113619.5.2": "GE Private Implicit VR Big Endian",
}


def find_transfer_syntax_name(uid: str) -> str | None:
    """Return the standard's name of a transfer syntax, or None where it is not known."""
    return _NAMES.get(uid)


def find_transfer_syntax_problem(uid: str) -> str | None:
    """Return why pixels in this transfer syntax cannot be read, or None if they can.

    Parameters
    ----------
    uid : str
        Transfer Syntax UID (0002,0010).
    """
    if uid in _READABLE:
        return None
    name = _NAMES.get(uid)
    label = f"{name}, {uid}" if name else f"unknown, {uid or 'none given'}"
    return (
        f"Transfer syntax not supported ({label}): convert it to Explicit VR Little Endian, "
        "for instance with dcmconv or gdcmconv."
    )
