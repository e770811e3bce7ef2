"""Masks of a volume at a bit a pixel: an eighth of the memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctbox.model.lungs import Mask


@dataclass(frozen=True)
class PackedMask:
    """bool planes, unpacked one by one when they are asked for.

    Parameters
    ----------
    bits : ndarray
        uint8 (n, rows, bytes a row), as `numpy.packbits` makes them.
    columns : int
        Pixels a row.
    """

    bits: NDArray[np.uint8]
    columns: int

    @classmethod
    def pack(cls, mask: Mask) -> PackedMask:
        """Return a mask (n, rows, columns), packed."""
        return cls(np.packbits(mask, axis=-1), mask.shape[-1])

    def __getitem__(self, index: int) -> Mask:
        return np.unpackbits(self.bits[index], axis=-1, count=self.columns).view(np.bool_)

    @property
    def nbytes(self) -> int:
        """Memory it takes."""
        return int(self.bits.nbytes)
