"""Figures drawn alike everywhere: size, colours that the colour-blind can tell, same bytes twice.

Colours are Okabe and Ito's (2008); expert and prediction differ by line and marker as well.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

EXPERT_COLOR = "#009E73"
PREDICTED_COLOR = "#D55E00"
BLUE, SKY, ORANGE, PURPLE, GREY = "#0072B2", "#56B4E9", "#E69F00", "#CC79A7", "#767676"
INK, FAINT = "#1b1f24", "#d0d7de"
SUBTYPE_STYLES = {
    "A": (BLUE, "o"), "B": (PREDICTED_COLOR, "s"), "E": (EXPERT_COLOR, "^"), "G": (PURPLE, "D"),
}  # fmt: skip
OTHER_STYLE = (GREY, "x")
_PNG_DPI = 150
_RC: dict[Any, Any] = {
    "svg.hashsalt": "ctbox",
    "svg.fonttype": "path",
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn figure.

    Parameters
    ----------
    name : str
        File name without its ending.
    title : str
        Its heading.
    alt : str
        What it shows, for whoever can't see it.
    svg, png : bytes
        The figure as vectors and as pixels.
    """

    name: str
    title: str
    alt: str
    svg: bytes
    png: bytes


def draw(
    name: str, title: str, alt: str, size_inch: tuple[float, float], paint: Callable[[Any], None]
) -> Picture:
    """Return a figure as SVG and PNG, the same bytes for the same content.

    Parameters
    ----------
    name, title, alt : str
        As in `Picture`.
    size_inch : tuple of float
        Width and height.
    paint : callable
        Draws into the `matplotlib.figure.Figure` that it is given.
    """
    import matplotlib as mpl
    import matplotlib.backends.backend_svg  # savefig asks for it by name, unseen by packagers
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(_RC):
        figure = Figure(figsize=size_inch, layout="constrained")
        FigureCanvasAgg(figure)
        paint(figure)
        # Placed once, not anew for either format: laying out takes as long as drawing.
        if figure.get_layout_engine() is not None:
            figure.draw_without_rendering()
            figure.set_layout_engine("none")
        svg, png = io.BytesIO(), io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None, "Title": title})
        figure.savefig(png, format="png", dpi=_PNG_DPI, metadata={"Software": None})
    return Picture(name, title, alt, svg.getvalue(), png.getvalue())
