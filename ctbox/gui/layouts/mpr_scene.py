"""What lies over a reformatted plane: its boxes, letters, scale and texts."""

from __future__ import annotations

from ctbox.dicom.geometry import compute_normal
from ctbox.gui.viewer import readout
from ctbox.gui.viewer.scene import BoxMark, CornerTexts, Scene
from ctbox.gui.viewer.scene_builder import find_edge_texts
from ctbox.gui.viewer.state import ViewerState
from ctbox.workflows.reformat import Reformat, ReformatPlane, count_planes

_AXES = "xyz"


def build_plane_scene(
    state: ViewerState, reformat: Reformat, plane: ReformatPlane, marks: tuple[BoxMark, ...]
) -> Scene:
    """Return everything to paint over a plane.

    Parameters
    ----------
    state : ViewerState
        The viewer whose series is cut: its window and what it shows.
    reformat : Reformat
        The series.
    plane : ReformatPlane
        The plane.
    marks : tuple of BoxMark
        The boxes it goes through.
    """
    if not state.overlays.texts:
        return Scene(boxes=marks)
    spacing = plane.slice_.pixel_spacing_mm
    who: tuple[str, ...] = (plane.name,)
    if state.overlays.patient and reformat.series.patient_id:
        who = (plane.name, reformat.series.patient_id)
    count = count_planes(reformat, plane.across)
    return Scene(
        boxes=marks,
        corners=CornerTexts(
            top_left=who,
            bottom_left=(f"{plane.index + 1} / {count}", describe_position(plane)),
            top_right=reformat.notes,
            bottom_right=(readout.describe_window(state.window),),
        ),
        edges=find_edge_texts(plane.slice_.image_orientation),
        column_mm=None if spacing is None else spacing[1],
    )


def describe_position(plane: ReformatPlane) -> str:
    """Return where a plane lies along its main axis, such as ``y −23.4 mm``."""
    orientation, place = plane.slice_.image_orientation, plane.slice_.image_position_mm
    if orientation is None or place is None:
        return ""
    normal = compute_normal(orientation)
    axis = max(range(3), key=lambda index: abs(normal[index]))
    return f"{_AXES[axis]} {place[axis]:.1f} mm".replace("-", "−")
