"""The commands of box editing, for the window's table."""

from __future__ import annotations

from ctbox.gui.action_spec import ActionSpec, Scope

_EDIT = "My boxes"
_IMAGE = Scope.IMAGE
NUDGES = {
    "nudge_left": ("left", "Left", -1, 0),
    "nudge_right": ("right", "Right", 1, 0),
    "nudge_up": ("up", "Up", 0, -1),
    "nudge_down": ("down", "Down", 0, 1),
}
"""Command to the direction's word, its key, and columns and rows to go."""
FAR_PX = 5
"""Pixels that a nudge with Shift goes; its command has this at the end of its name."""


def _make_nudges() -> tuple[ActionSpec, ...]:
    near = (
        ActionSpec(name, _EDIT, f"Nudge {word} 1 px", (f"Ctrl+{key}",), scope=_IMAGE)
        for name, (word, key, _, _) in NUDGES.items()
    )
    far = (
        ActionSpec(
            f"{name}_{FAR_PX}", _EDIT, f"Nudge {word} {FAR_PX} px", (f"Ctrl+Shift+{key}",),
            scope=_IMAGE,
        )
        for name, (word, key, _, _) in NUDGES.items()
    )  # fmt: skip
    return (*near, *far)


EDIT_ACTIONS = (
    ActionSpec("undo", _EDIT, "&Undo", ("Ctrl+Z",), "undo"),
    ActionSpec("redo", _EDIT, "&Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
    ActionSpec(
        "label_box", _EDIT, "&Label…", ("L",), "label",
        "Give the selected box of yours another label", scope=_IMAGE,
    ),
    ActionSpec(
        "delete_box", _EDIT, "&Delete my box", ("Del",), "delete",
        "Remove the selected box of yours; no other box can be removed", scope=_IMAGE,
    ),
    ActionSpec(
        "accept_box", _EDIT, "&Accept AI box or proposal", ("Return", "Enter"), "accept",
        "Make the AI's box yours (the selected one, else the surest), or confirm this "
        "slice's proposal", scope=_IMAGE, short="Accept",
    ),
    ActionSpec(
        "accept_all", _EDIT, "Confirm all &proposals", ("Shift+Return", "Shift+Enter"),
        "accept_all", "Make all proposals of this series yours", scope=_IMAGE,
    ),
    ActionSpec(
        "propose", _EDIT, "Propose boxes &between", ("G",), "propose",
        "Interpolate between your boxes of one tumour, to be confirmed or discarded",
    ),
    ActionSpec(
        "discard_proposals", _EDIT, "D&iscard proposals", (), "",
        "Take away all proposals (Esc does so too)",
    ),
    ActionSpec(
        "unlock_expert", _EDIT, "Unlock e&xpert's boxes…", (), "unlock",
        "Make copies of the expert's boxes that you can change; asks your name",
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
