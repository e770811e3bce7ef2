"""What the window says of images that look like no chest."""

from __future__ import annotations

from ctbox.gui.translation import tr
from ctbox.workflows.chest_check import NoChest


def describe_no_chest(reason: NoChest) -> str:
    """Return why images look like no chest CT, in one sentence."""
    if reason.body_part:
        return tr(
            "This looks like no chest CT (body part {body_part}, no lung found): the detector "
            "knows only the chest."
        ).format(body_part=reason.body_part)
    return tr("This looks like no chest CT (no lung found): the detector knows only the chest.")
