"""What can be measured on: a viewer's slice, or a plane cut across the slices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray
from PySide6.QtCore import QObject

from ctbox.dicom.series import Slice
from ctbox.gui.viewer.hands import Hand
from ctbox.gui.viewer.panel import ViewerPanel
from ctbox.gui.viewer.placement import ImageSize
from ctbox.gui.viewer.scene import Scene


class MeasuredView(Protocol):
    """A widget that shows one picture and lets hands work on it."""

    @property
    def image_size(self) -> ImageSize:
        """Columns and rows of the picture, and the shape of its pixels."""
        ...

    @property
    def scene(self) -> Scene:
        """The boxes and texts that lie over it."""
        ...

    @property
    def pixels(self) -> NDArray[Any] | None:
        """Its values (rows, columns); None while they are not there."""
        ...

    def add_hand(self, hand: Hand) -> None:
        """Let a tool take the left button."""
        ...

    def update(self) -> None:
        """Paint anew."""
        ...

    def installEventFilter(self, watcher: QObject) -> None:  # noqa: N802
        """Let an object see the widget's events first."""
        ...


@dataclass(frozen=True)
class Surface:
    """A view, what lies on it, and what its values are.

    Parameters
    ----------
    view : MeasuredView
        The widget.
    owner : QObject
        With which the hand ends.
    find_slice : callable
        Returns what is shown as a slice, with its spacing; None while nothing is.
    find_unit : callable
        Returns the unit of the values, such as SUV; None leaves it to the slice.
    connect_changed : callable
        Has a function called whenever another slice is shown.
    """

    view: MeasuredView
    owner: QObject
    find_slice: Callable[[], Slice | None]
    find_unit: Callable[[], str | None]
    connect_changed: Callable[[Callable[[], None]], object]


def build_surface(viewer: ViewerPanel) -> Surface:
    """Return a viewer's slices as what is measured on."""
    return Surface(
        viewer.view,
        viewer,
        lambda: viewer.state.slice,
        lambda: find_unit(viewer),
        lambda changed: viewer.state.slice_changed.connect(lambda _index: changed()),
    )


def find_unit(viewer: ViewerPanel) -> str | None:
    """Return the unit of the shown PET values; None leaves it to the slice."""
    scale = viewer.loader.scale
    if scale is None:
        return None
    return "SUV" if scale.factor is not None else scale.unit
