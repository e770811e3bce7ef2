"""Sets of boxes as Hypothesis draws them: many slices, labels, scores, thin and empty boxes."""

from __future__ import annotations

from hypothesis import strategies as st

from ctbox.annotations.exchange.records import ExchangeBox, ExchangeImage, ExchangeSet, Origin
from ctbox.boxes import BoundingBox
from tests.builders import make_uid

LABELS = ("A", "B", "E", "G", "?", "other", "=SUM(A1)", "'quoted", 'Tumor "x", right', "naïve: 瘤")


@st.composite
def boxes(draw: st.DrawFn, width: int, height: int, whole: bool = False) -> BoundingBox:
    numbers = st.integers if whole else st.floats
    xs = sorted(draw(numbers(0, width)) for _ in range(2))
    ys = sorted(draw(numbers(0, height)) for _ in range(2))
    return BoundingBox(xs[0], ys[0], xs[1], ys[1])


scores = st.none() | st.floats(0, 1).map(lambda value: round(value, 6))


@st.composite
def exchange_sets(draw: st.DrawFn, whole: bool = False) -> ExchangeSet:
    images, found = [], []
    frame = draw(st.sampled_from(["", "#3"]))
    for number in range(draw(st.integers(1, 4))):
        uid = make_uid("slice", number) + frame
        width, height = draw(st.tuples(st.integers(1, 2048), st.integers(1, 2048)))
        series, patient = make_uid("series", number % 2), draw(st.sampled_from(["", "P1", "=P2"]))
        images.append(ExchangeImage(uid, width, height, series, make_uid("study"), patient))
        for _ in range(draw(st.integers(1, 3))):
            lesion = draw(st.integers(1, 3))
            found.append(
                ExchangeBox(
                    uid,
                    draw(boxes(width, height, whole)),
                    draw(st.sampled_from(LABELS)),
                    draw(scores),
                    make_uid("lesion", lesion),
                    f"Lesion {lesion}",
                )
            )
    origin = draw(st.sampled_from(Origin))
    return ExchangeSet(tuple(images), tuple(found), origin, draw(st.sampled_from(["", "net-s"])))


def find_largest_error(first: ExchangeSet, second: ExchangeSet) -> float:
    """Return by how many pixels any edge differs; the boxes must come in one order."""
    assert len(first.boxes) == len(second.boxes)
    return max(
        abs(a - b)
        for one, other in zip(first.boxes, second.boxes, strict=True)
        for a, b in zip(one.box.as_tuple(), other.box.as_tuple(), strict=True)
    )
