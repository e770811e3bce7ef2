"""Lets the reformatted planes be measured with the tools of the slices."""

from __future__ import annotations

from functools import partial

from ctbox.dicom.series import Slice
from ctbox.gui.layouts.mpr_model import MprModel
from ctbox.gui.layouts.mpr_view import MprView
from ctbox.gui.measuring.commands import MeasuringCommands
from ctbox.gui.measuring.surface import Surface, find_unit


def measure_on_planes(
    measuring: MeasuringCommands, model: MprModel, planes: tuple[MprView, ...]
) -> None:
    """Give every plane the measuring tools; its spacing is that of the stack, not of a slice."""
    for plane in planes:
        measuring.attach_plane(
            build_plane_surface(model, plane),
            partial(model.go_to, plane.across),
        )


def build_plane_surface(model: MprModel, plane: MprView) -> Surface:
    """Return a plane as what is measured on."""

    def find_slice() -> Slice | None:
        return None if plane.plane is None else plane.plane.slice_

    return Surface(
        plane, plane, find_slice, lambda: find_unit(model.source), plane.plane_changed.connect
    )
