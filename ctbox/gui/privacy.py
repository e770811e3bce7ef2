"""Takes people's names out of whatever is logged or shown for copying; no Qt here."""

from __future__ import annotations

import re
from pathlib import Path

REMOVED = "[removed]"

# A DICOM person name: components parted by ^ (PS3.5 6.2.1.1), with blanks inside the outer ones.
_PERSON_NAME = re.compile(r"(?<!\w)([^\W\d_][\w.'\- ]{0,120})((?:\^[\w.'\-]*)+)((?: [\w.'\-]+)*)")
_PARTICLES = {"van", "von", "der", "den", "de", "del", "da", "di", "du", "la", "le", "el", "al"}
# How pydicom prints an element whose value is a person's: up to the line's end.
_PERSON_ELEMENT = re.compile(
    r"(?im)((?:patient'?s?|physician|physicians'|operators?'?s?|referring|performing|reading|"
    r"requesting)[\w' ]*name[\w' ]*?(?:\s+PN)?\s*[:=]\s*)(\S.*?)(?=$|[,;)\]}]|\\n)"
)
# Readers' names stand in these elements of the collection's XML.
_XML_ELEMENT = re.compile(r"(?is)(<(folder|filename|path)\b[^>]*>)(.*?)(</\2\s*>|$)")


def scrub(text: str) -> str:
    """Return the text without persons' names and without the name of the home folder.

    Taken out are DICOM person names (``Doe^Jane``), values printed behind elements such as
    "Patient's Name", and what stands in the XML's ``folder``, ``filename`` and ``path``. UIDs
    and file names stay: without them no report could be acted on.
    """
    text = _XML_ELEMENT.sub(rf"\1{REMOVED}\4", text)
    text = _PERSON_ELEMENT.sub(rf"\1{REMOVED}", text)
    if "^" in text:
        text = _PERSON_NAME.sub(_remove_name, text)
    return _hide_home(text)


def _remove_name(match: re.Match[str]) -> str:
    """Keep the plain words around a name: those in lower case that are no part of names."""
    before, _, after = match.groups()
    words = before.split(" ")
    first = len(words) - 1
    while first > 0 and _may_be_name(words[first - 1]):
        first -= 1
    following = after.split(" ")[1:]
    last = 0
    while last < len(following) and _may_be_name(following[last]):
        last += 1
    return " ".join([*words[:first], REMOVED, *following[last:]])


def _may_be_name(word: str) -> bool:
    return word in _PARTICLES or not word[:1].islower()


def _hide_home(text: str) -> str:
    try:
        home = str(Path.home())
    except RuntimeError:  # a user without a home
        return text
    if len(home) < 4 and home.strip("/\\") == "":
        return text
    return re.sub(re.escape(home) + r"(?=[/\\]|$|\W)", "~", text)
