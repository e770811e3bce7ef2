"""The commands of reviewing, for the window's table."""

from __future__ import annotations

from ctbox.gui.action_spec import ActionSpec
from ctbox.gui.translation import mark

_REVIEW = mark("Review")

REVIEW_ACTIONS = (
    ActionSpec(
        "review_start", _REVIEW, mark("&Start review…"), ("Ctrl+R",), "review",
        mark("Go through annotated or predicted series one after the other, the doubtful ones "
             "first"),
    ),
    ActionSpec(
        "review_accept", _REVIEW, mark("&Accept series"), ("Ctrl+Return", "Ctrl+Enter"), "accept",
        mark("The boxes are right as they are; the next series opens"), short=mark("Accept"),
    ),
    ActionSpec(
        "review_fix", _REVIEW, mark("&Fix series"), ("Ctrl+Shift+F",), "mine",
        mark("Draw and change boxes on this series; again when it is done"), short=mark("Fix"),
    ),
    ActionSpec(
        "review_reject", _REVIEW, mark("&Reject series"), ("Ctrl+Backspace",), "cancel",
        mark("The boxes are wrong, or the series is of no use; the next series opens"),
        short=mark("Reject"),
    ),
    ActionSpec(
        "review_note", _REVIEW, mark("&Note…"), ("Ctrl+N",), "label",
        mark("Write a remark on this series"),
    ),
    ActionSpec(
        "review_undo", _REVIEW, mark("&Take back last decision"), ("Ctrl+Shift+Backspace",), "undo",
        mark("Undo the last decision and show its series again"),
    ),
    ActionSpec("review_next", _REVIEW, mark("Ne&xt series"), ("Ctrl+PgDown",), "next_box"),
    ActionSpec("review_previous", _REVIEW, mark("&Previous series"), ("Ctrl+PgUp",),
        "previous_box"),
    ActionSpec(
        "review_reveal", _REVIEW, mark("Re&veal AI"), ("R",), "detections",
        mark("Keep your reading as it is, then show what the AI found"),
    ),
    ActionSpec(
        "review_blind", _REVIEW, mark("&Blind mode"), (), "",
        mark("Hide the AI on each series until you have read it"), checkable=True,
    ),
    ActionSpec(
        "review_export", _REVIEW, mark("Export readin&gs…"), (), "export",
        mark("Write all readings of this review as a CSV file"),
    ),
    ActionSpec(
        "review_end", _REVIEW, mark("&End review"), (), "",
        mark("Close this review; its readings stay on the disk"),
    ),
)  # fmt: skip
REVIEW_MENU = (
    "review_start", "", "review_accept", "review_fix", "review_reject", "review_note",
    "review_undo", "", "review_next", "review_previous", "", "review_reveal", "review_blind", "",
    "review_export", "review_end",
)  # fmt: skip
NEEDS_REVIEW = tuple(name for name in REVIEW_MENU if name not in ("", "review_start"))
"""Commands that are dead without a queue."""
NEEDS_SERIES = ("review_accept", "review_fix", "review_reject", "review_note", "review_reveal")
"""Commands that are dead while the series under review is not on the screen."""
