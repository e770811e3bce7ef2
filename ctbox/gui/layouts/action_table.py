"""The commands of layouts and crosshair, for the window's table of commands."""

from __future__ import annotations

from ctbox.gui.action_spec import ActionSpec, Scope
from ctbox.gui.translation import mark

_GROUP = mark("Layout")

LAYOUT_ACTIONS = (
    ActionSpec(
        "layout_1x1", _GROUP, mark("&One image"), ("Ctrl+1",), "layout_1x1", mark("One image"),
        checkable=True, choice="layout",
    ),
    ActionSpec(
        "layout_1x2", _GROUP, mark("&Two images side by side"), ("Ctrl+2",), "layout_1x2",
        mark("Two series side by side"), checkable=True, choice="layout",
    ),
    ActionSpec(
        "layout_2x2", _GROUP, mark("&Four images"), ("Ctrl+4",), "layout_2x2", mark("Four series"),
        checkable=True, choice="layout",
    ),
    ActionSpec(
        "layout_mpr", _GROUP, mark("&Planes (MPR)"), ("Ctrl+3",), "layout_mpr",
        mark("Axial, coronal and sagittal planes through one place"), checkable=True,
        choice="layout",
    ),
    ActionSpec(
        "next_pane", _GROUP, mark("&Next image"), ("F6",), "",
        mark("Make the next image the active one"),
    ),
    ActionSpec(
        "maximise", _GROUP, mark("&Maximise"), ("Ctrl+M",), "fit",
        mark("The active image alone, and back (also by double-click)"), checkable=True,
    ),
    ActionSpec(
        "link_scroll", _GROUP, mark("Link &scrolling by position"), (), "link",
        mark("Images of one frame of reference scroll together, by mm"), checkable=True,
    ),
    ActionSpec(
        "link_placement", _GROUP, mark("Link &zoom and pan"), (), "",
        mark("Zoom and pan go together, by mm"), checkable=True,
    ),
    ActionSpec(
        "link_window", _GROUP, mark("Link &window"), (), "",
        mark("The display window goes together"), checkable=True,
    ),
    ActionSpec(
        "fusion", _GROUP, mark("PET &over CT"), ("Shift+F",), "fusion",
        mark("Lay the PET of this frame of reference on the CT, by place"), checkable=True,
    ),
    ActionSpec(
        "crosshair", _GROUP, mark("Cross&hair"), ("H",), "crosshair",
        mark("One place in all images: click or drag to set it"), checkable=True, scope=Scope.IMAGE,
    ),
)  # fmt: skip

LAYOUT_MENU = (
    "layout_1x1", "layout_1x2", "layout_2x2", "layout_mpr", "", "next_pane", "maximise", "",
    "link_scroll", "link_placement", "link_window", "", "fusion",
)  # fmt: skip
