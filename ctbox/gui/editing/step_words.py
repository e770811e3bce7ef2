"""What undo and redo would do, in the window's words; the journal keeps the English ones."""

from __future__ import annotations

import re

from ctbox.gui.translation import mark, tr

_WORDS = {
    "Draw box": mark("draw box"),
    "Accept AI box": mark("accept AI box"),
    "Move box": mark("move box"),
    "Resize box": mark("resize box"),
    "Nudge box": mark("nudge box"),
    "Remove box": mark("remove box"),
    "Restore box": mark("restore box"),
    "Change label": mark("change label"),
    "Confirm proposal": mark("confirm proposal"),
}
_PROPOSALS = re.compile(r"Confirm (\d+) proposals")


def describe_step(text: str) -> str:
    """Return an edit's name as it stands behind "Undo"; one that is not known stays as it is."""
    if match := _PROPOSALS.fullmatch(text):
        return tr("confirm {count} proposals").format(count=match[1])
    known = _WORDS.get(text)
    return tr(known) if known else f"{text[:1].lower()}{text[1:]}"


def describe_undo(text: str) -> str:
    """Return the words of the command that takes an edit back; empty text for none."""
    return tr("&Undo {step}").format(step=describe_step(text)) if text else tr("&Undo")


def describe_redo(text: str) -> str:
    """Return the words of the command that makes an edit again; empty text for none."""
    return tr("&Redo {step}").format(step=describe_step(text)) if text else tr("&Redo")
