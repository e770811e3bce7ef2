"""The commands of layouts and crosshair, for the window's table of commands."""

from __future__ import annotations

from ctbox.gui.action_spec import ActionSpec, Scope

_GROUP = "Layout"

LAYOUT_ACTIONS = (
    ActionSpec(
        "layout_1x1", _GROUP, "&One image", ("Ctrl+1",), "layout_1x1", "One image",
        checkable=True, choice="layout",
    ),
    ActionSpec(
        "layout_1x2", _GROUP, "&Two images side by side", ("Ctrl+2",), "layout_1x2",
        "Two series side by side", checkable=True, choice="layout",
    ),
    ActionSpec(
        "layout_2x2", _GROUP, "&Four images", ("Ctrl+4",), "layout_2x2", "Four series",
        checkable=True, choice="layout",
    ),
    ActionSpec(
        "layout_mpr", _GROUP, "&Planes (MPR)", ("Ctrl+3",), "layout_mpr",
        "Axial, coronal and sagittal planes through one place", checkable=True, choice="layout",
    ),
    ActionSpec(
        "next_pane", _GROUP, "&Next image", ("F6",), "", "Make the next image the active one",
    ),
    ActionSpec(
        "maximise", _GROUP, "&Maximise", ("Ctrl+M",), "fit",
        "The active image alone, and back (also by double-click)", checkable=True,
    ),
    ActionSpec(
        "link_scroll", _GROUP, "Link &scrolling by position", (), "link",
        "Images of one frame of reference scroll together, by mm", checkable=True,
    ),
    ActionSpec(
        "link_placement", _GROUP, "Link &zoom and pan", (), "",
        "Zoom and pan go together, by mm", checkable=True,
    ),
    ActionSpec(
        "link_window", _GROUP, "Link &window", (), "",
        "The display window goes together", checkable=True,
    ),
    ActionSpec(
        "fusion", _GROUP, "PET &over CT", ("Shift+F",), "fusion",
        "Lay the PET of this frame of reference on the CT, by place", checkable=True,
    ),
    ActionSpec(
        "crosshair", _GROUP, "&Crosshair", ("H",), "crosshair",
        "One place in all images: click or drag to set it", checkable=True, scope=Scope.IMAGE,
    ),
)  # fmt: skip

LAYOUT_MENU = (
    "layout_1x1", "layout_1x2", "layout_2x2", "layout_mpr", "", "next_pane", "maximise", "",
    "link_scroll", "link_placement", "link_window", "", "fusion",
)  # fmt: skip
