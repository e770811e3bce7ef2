"""The commands of box editing, for the window's table."""

from __future__ import annotations

from ctbox.gui.action_spec import ActionSpec, Scope
from ctbox.gui.translation import mark

_EDIT = mark("My boxes")
_IMAGE = Scope.IMAGE
NUDGES = {
    "nudge_left": ("Left", -1, 0),
    "nudge_right": ("Right", 1, 0),
    "nudge_up": ("Up", 0, -1),
    "nudge_down": ("Down", 0, 1),
}
"""Command to its key, and columns and rows to go."""
_NUDGE_TEXTS = {
    "nudge_left": (mark("Nudge left 1 px"), mark("Nudge left 5 px")),
    "nudge_right": (mark("Nudge right 1 px"), mark("Nudge right 5 px")),
    "nudge_up": (mark("Nudge up 1 px"), mark("Nudge up 5 px")),
    "nudge_down": (mark("Nudge down 1 px"), mark("Nudge down 5 px")),
}
FAR_PX = 5
"""Pixels that a nudge with Shift goes; its command has this at the end of its name."""


def _make_nudges() -> tuple[ActionSpec, ...]:
    near = (
        ActionSpec(name, _EDIT, _NUDGE_TEXTS[name][0], (f"Ctrl+{key}",), scope=_IMAGE)
        for name, (key, _, _) in NUDGES.items()
    )
    far = (
        ActionSpec(
            f"{name}_{FAR_PX}", _EDIT, _NUDGE_TEXTS[name][1], (f"Ctrl+Shift+{key}",),
            scope=_IMAGE,
        )
        for name, (key, _, _) in NUDGES.items()
    )  # fmt: skip
    return (*near, *far)


EDIT_ACTIONS = (
    ActionSpec("undo", _EDIT, mark("&Undo"), ("Ctrl+Z",), "undo"),
    ActionSpec("redo", _EDIT, mark("&Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
    ActionSpec(
        "label_box", _EDIT, mark("&Label…"), ("L",), "label",
        mark("Give the selected box of yours another label"), scope=_IMAGE,
    ),
    ActionSpec(
        "delete_box", _EDIT, mark("&Delete my box"), ("Del",), "delete",
        mark("Remove the selected box of yours; no other box can be removed"), scope=_IMAGE,
    ),
    ActionSpec(
        "accept_box", _EDIT, mark("&Accept AI box or proposal"), ("Return", "Enter"), "accept",
        mark("Make the AI's box yours (the selected one, else the surest), or confirm this "
        "slice's proposal"), scope=_IMAGE, short=mark("Accept"),
    ),
    ActionSpec(
        "accept_all", _EDIT, mark("Confirm all &proposals"), ("Shift+Return", "Shift+Enter"),
        "accept_all", mark("Make all proposals of this series yours"), scope=_IMAGE,
    ),
    ActionSpec(
        "propose", _EDIT, mark("Propose boxes bet&ween"), ("G",), "propose",
        mark("Interpolate between your boxes of one tumour, to be confirmed or discarded"),
    ),
    ActionSpec(
        "discard_proposals", _EDIT, mark("D&iscard proposals"), (), "",
        mark("Take away all proposals (Esc does so too)"),
    ),
    ActionSpec(
        "unlock_expert", _EDIT, mark("Unlock e&xpert's boxes…"), (), "unlock",
        mark("Make copies of the expert's boxes that you can change; asks your name"),
    ),
    *_make_nudges(),
)  # fmt: skip
EDIT_MENU = (
    "undo", "redo", "", "tool_draw", "label_box", "delete_box", "",
    "accept_box", "accept_all", "propose", "discard_proposals", "", "unlock_expert",
)  # fmt: skip
NUDGE_MENU = (*NUDGES, "", *(f"{name}_{FAR_PX}" for name in NUDGES))
NEEDS_CASE = (
    "save_as", "tool_draw", "label_box", "delete_box", "accept_box", "accept_all", "propose",
    "discard_proposals", "unlock_expert",
)  # fmt: skip
