"""What a model must beat: copying the nearest training slice's box, and the mean box."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctbox.boxes import FloatArray, as_box_array
from ctbox.errors import TrainingDataError
from ctbox.imaging.thumbnail import compute_thumbnail

LabelledSlice = tuple[ArrayLike, ArrayLike]
_CHUNK = 4096


@dataclass(frozen=True, eq=False)
class CopyBaseline:
    """Gives a slice the boxes of the training slice that looks most like it.

    Nearest by squared distance of HU clipped to −1024…600 and averaged over blocks to 64×64.
    It has no idea of a tumour: what it scores, a model may owe to slices of the same patient
    on both sides of the split.

    Parameters
    ----------
    thumbnails : ndarray
        float32 (N, 4096).
    boxes : tuple of ndarray
        N times (k, 4), in fractions of the slice's width and height.
    """

    thumbnails: NDArray[np.float32]
    boxes: tuple[FloatArray, ...]

    @classmethod
    def fit(cls, slices: Iterable[LabelledSlice]) -> CopyBaseline:
        """Remember training slices, each given as HU (rows, columns) and boxes (k, 4) xyxy.

        Slices are read one by one and only their thumbnails are kept; those without a box
        are passed over.

        Raises
        ------
        TrainingDataError
            If there is no slice with a box.
        """
        thumbnails, boxes = [], []
        for hu, drawn in slices:
            array = as_box_array(drawn)
            if len(array):
                pixels = np.asarray(hu)
                thumbnails.append(_flatten(pixels))
                boxes.append(array / _get_extent(pixels))
        if not boxes:
            raise TrainingDataError("There is no annotated slice to copy from.")
        return cls(np.stack(thumbnails), tuple(boxes))

    def predict(self, hu: ArrayLike) -> FloatArray:
        """Return the boxes (k, 4) of the nearest training slice, in this slice's pixels."""
        pixels = np.asarray(hu)
        thumbnail = _flatten(pixels)
        distances = np.concatenate(
            [
                np.square(self.thumbnails[start : start + _CHUNK] - thumbnail).sum(axis=1)
                for start in range(0, len(self.thumbnails), _CHUNK)
            ]
        )
        return np.asarray(self.boxes[int(distances.argmin())] * _get_extent(pixels))


@dataclass(frozen=True, eq=False)
class MeanBoxBaseline:
    """Gives every slice the mean of all training boxes.

    Parameters
    ----------
    box : ndarray
        (4,), in fractions of the slice's width and height.
    """

    box: FloatArray

    @classmethod
    def fit(cls, slices: Iterable[tuple[tuple[int, int], ArrayLike]]) -> MeanBoxBaseline:
        """Average the training boxes, given as (rows, columns) and boxes (k, 4) a slice.

        Raises
        ------
        TrainingDataError
            If there is no box.
        """
        boxes = [
            as_box_array(drawn) / np.array([columns, rows, columns, rows], dtype=np.float64)
            for (rows, columns), drawn in slices
        ]
        stacked = np.concatenate([np.zeros((0, 4)), *boxes])
        if not len(stacked):
            raise TrainingDataError("There is no annotated slice to average boxes over.")
        return cls(stacked.mean(axis=0))

    def predict(self, rows: int, columns: int) -> FloatArray:
        """Return the mean box (1, 4) in the pixels of a slice of this size."""
        extent = np.array([columns, rows, columns, rows], dtype=np.float64)
        return np.asarray((self.box * extent)[None])


def _flatten(pixels: NDArray[np.generic]) -> NDArray[np.float32]:
    return compute_thumbnail(pixels).ravel().astype(np.float32)


def _get_extent(pixels: NDArray[np.generic]) -> FloatArray:
    rows, columns = pixels.shape
    return np.array([columns, rows, columns, rows], dtype=np.float64)
