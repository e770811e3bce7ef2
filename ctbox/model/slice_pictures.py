"""The annotated slices of a series as SimpleCancerCNN's pictures, in memory or on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctbox.boxes import FloatArray
from ctbox.model.dataset import TrainingSeries
from ctbox.model.disk_cache import DiskCache, compute_cache_key
from ctbox.model.networks import simple_cancer_cnn
from ctbox.model.networks.simple_cancer_cnn import prepare_slices
from ctbox.model.source_digest import digest_sources

_CODE = Path(simple_cancer_cnn.__file__)


@dataclass(frozen=True)
class SlicePictures:
    """A series' annotated slices, ready for the network.

    Parameters
    ----------
    pictures : ndarray
        float16 (k, side, side): half precision halves the memory, and the values are 12-bit
        shares of their maximum.
    indices : tuple of int
        The k slices' places in the series, ascending.
    scale : ndarray
        (4,): boxes in slice pixels times this are boxes of the picture.
    """

    pictures: NDArray[np.float16]
    indices: tuple[int, ...]
    scale: FloatArray

    @property
    def n_bytes(self) -> int:
        """Memory they take."""
        return self.pictures.nbytes

    def get(self, position: int) -> Tensor:
        """Return one picture (1, side, side), float32."""
        # A copy: what is mapped from the disk is read-only, which torch does not know of.
        return torch.from_numpy(self.pictures[position : position + 1].astype(np.float32))


def prepare_pictures(
    series: TrainingSeries, side: int, disk: DiskCache | None = None
) -> SlicePictures:
    """Return the pictures of all annotated slices; read only where the disk has none."""
    indices = tuple(sorted(series.boxes))
    stamp = None if disk is None else series.stamp()
    key = None if stamp is None else _describe(series, side, stamp, indices)
    found = None if disk is None or key is None else disk.find(key)
    if found is not None:
        pictures = found.arrays["pictures"].astype(np.float16, copy=False)
        return SlicePictures(pictures, indices, _compute_scale(side, *found.note["shape"]))
    if not indices:
        return SlicePictures(np.zeros((0, side, side), np.float16), indices, np.ones(4))
    hu = series.read()
    rows, columns = hu.shape[1:]
    picked = torch.from_numpy(hu[list(indices)].astype(np.float32))
    pictures = prepare_slices(picked, side).half().numpy()[:, 0]
    if disk is not None and key is not None:
        disk.put(key, {"pictures": pictures}, {"shape": [rows, columns]})
    return SlicePictures(pictures, indices, _compute_scale(side, rows, columns))


def _compute_scale(side: int, rows: int, columns: int) -> FloatArray:
    return side / np.array([columns, rows, columns, rows], dtype=np.float64)


def _describe(series: TrainingSeries, side: int, stamp: str, indices: tuple[int, ...]) -> str:
    return compute_cache_key(
        {
            "kind": "pictures",
            "series": [series.series_instance_uid, series.key],
            "files": stamp,
            "side": side,
            "slices": list(indices),
            "code": digest_sources(_CODE),
        }
    )
