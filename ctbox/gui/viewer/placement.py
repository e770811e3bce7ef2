"""Where an image lies in a viewer: zoom, pan and the way between pixels and the screen."""

from __future__ import annotations

from dataclasses import dataclass, replace

MIN_ZOOM = 0.25
MAX_ZOOM = 40.0


@dataclass(frozen=True, slots=True)
class Placement:
    """Zoom and pan that mean the same for any window and image size.

    Parameters
    ----------
    zoom : float
        1 fits the whole image.
    center_x, center_y : float
        The image point at the viewer's middle, as a fraction of columns and of rows.
    """

    zoom: float = 1.0
    center_x: float = 0.5
    center_y: float = 0.5


@dataclass(frozen=True, slots=True)
class ImageMapping:
    """The way from image pixels (edges, x = column) to the viewer's points and back.

    Parameters
    ----------
    scale_x, scale_y : float
        Points per column and per row; they differ where pixels are not square.
    offset_x, offset_y : float
        Where the image's upper left corner lies.
    """

    scale_x: float
    scale_y: float
    offset_x: float
    offset_y: float

    def to_view(self, x: float, y: float) -> tuple[float, float]:
        """Return the viewer's point of an image point."""
        return self.offset_x + x * self.scale_x, self.offset_y + y * self.scale_y

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """Return the image point under a viewer's point."""
        return (x - self.offset_x) / self.scale_x, (y - self.offset_y) / self.scale_y


@dataclass(frozen=True, slots=True)
class ImageSize:
    """Size of an image and the shape of its pixels.

    Parameters
    ----------
    columns, rows : int
        Size in pixels.
    pixel_aspect : float
        Height of a pixel over its width.
    """

    columns: int
    rows: int
    pixel_aspect: float = 1.0


def compute_mapping(
    placement: Placement, image: ImageSize, view_width: float, view_height: float
) -> ImageMapping:
    """Return where the image lies in a viewer of this size."""
    fit = min(view_width / image.columns, view_height / (image.rows * image.pixel_aspect))
    scale_x = max(fit, 1e-6) * placement.zoom
    scale_y = scale_x * image.pixel_aspect
    return ImageMapping(
        scale_x,
        scale_y,
        view_width / 2 - placement.center_x * image.columns * scale_x,
        view_height / 2 - placement.center_y * image.rows * scale_y,
    )


def pan(
    placement: Placement, mapping: ImageMapping, image: ImageSize, dx: float, dy: float
) -> Placement:
    """Return the placement after the image was dragged by so many points of the viewer."""
    return _keep_in_sight(
        replace(
            placement,
            center_x=placement.center_x - dx / (mapping.scale_x * image.columns),
            center_y=placement.center_y - dy / (mapping.scale_y * image.rows),
        )
    )


def zoom_at(placement: Placement, factor: float, anchor_x: float, anchor_y: float) -> Placement:
    """Return the placement after zooming so that one image point stays where it is.

    Parameters
    ----------
    placement : Placement
        Before.
    factor : float
        Above 1 magnifies.
    anchor_x, anchor_y : float
        The point that stays, as a fraction of columns and of rows.
    """
    zoom = min(max(placement.zoom * factor, MIN_ZOOM), MAX_ZOOM)
    ratio = placement.zoom / zoom
    return _keep_in_sight(
        Placement(
            zoom,
            anchor_x + (placement.center_x - anchor_x) * ratio,
            anchor_y + (placement.center_y - anchor_y) * ratio,
        )
    )


def _keep_in_sight(placement: Placement) -> Placement:
    # The middle of the viewer never leaves the image, so that it cannot get lost.
    return replace(
        placement,
        center_x=min(max(placement.center_x, 0.0), 1.0),
        center_y=min(max(placement.center_y, 0.0), 1.0),
    )
