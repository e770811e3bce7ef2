"""The collection's subtypes in the reader's language."""

from __future__ import annotations

from ctbox.gui.translation import mark, tr

NAMES = {
    "A": mark("Adenocarcinoma"),
    "B": mark("Small cell carcinoma"),
    "E": mark("Large cell carcinoma"),
    "G": mark("Squamous cell carcinoma"),
}
"""As `ctbox.annotations.annotation.SUBTYPES`, but for translation."""


def describe_subtype(letter: str | None) -> str:
    """Return a subtype's letter with its name; the text itself where it is no letter of these."""
    if not letter:
        return ""
    return f"{letter} · {tr(NAMES[letter])}" if letter in NAMES else letter
