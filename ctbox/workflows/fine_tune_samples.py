"""A few slices that are looked at after every epoch, to see the boxes improve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ctbox.boxes import FloatArray
from ctbox.model.dataset import TrainingSeries
from ctbox.model.geometry import VolumeGeometry
from ctbox.model.linking import shorten_patient_id
from ctbox.progress import TaskContext
from ctbox.workflows.fine_tune_data import make_picture
from ctbox.workflows.fine_tune_updates import SampleBoxes, SamplePicture, SamplesChosen

if TYPE_CHECKING:  # torch comes with them
    from ctbox.model.card import ModelCard
    from ctbox.model.devices import ComputeDevice
    from ctbox.model.fine_tuning import Network
    from ctbox.model.inference import Detector

_SAMPLES = 3
_PLACES = (0.5, 0.2, 0.8)
_REACH = 3
_PICTURE_PX = 256


@dataclass(frozen=True, eq=False)
class _Sample:
    """A slice with its neighbours, so that its series need not be kept."""

    title: str
    hu: NDArray[np.generic]
    geometry: VolumeGeometry
    index: int
    expert: FloatArray


class SampleWatcher:
    """Looks at the same few slices with the network as it learns.

    Parameters
    ----------
    series : sequence of TrainingSeries
        Where the slices are taken from: one of each of the first patients.
    card : ModelCard
        Of the model that is started from: how maps become boxes.
    compute : ComputeDevice
        Where to look.
    ctx : TaskContext
        Told `SamplesChosen` at once and `SampleBoxes` after every epoch.
    """

    def __init__(
        self,
        series: Sequence[TrainingSeries],
        card: ModelCard,
        compute: ComputeDevice,
        ctx: TaskContext,
    ) -> None:
        self._card, self._compute, self._ctx = card, compute, ctx
        self._samples = [_cut(one, index) for one, index in _choose(series)]
        ctx.report(SamplesChosen(tuple(_show(one) for one in self._samples)))

    def look(self, network: Network, epoch: int) -> None:
        """Report the boxes that the network draws now."""
        from ctbox.model.fine_tuning import make_detector

        detector = make_detector(network, self._card, self._compute)
        self._ctx.report(SampleBoxes(epoch, tuple(_find(detector, s) for s in self._samples)))


def _choose(series: Sequence[TrainingSeries]) -> list[tuple[TrainingSeries, int]]:
    """Return a slice of each patient, more of each where there are few patients."""
    by_patient = {one.patient_id: one for one in reversed(series) if one.boxes}
    patients = [by_patient[name] for name in sorted(by_patient)][:_SAMPLES]
    places = []
    for number in range(_SAMPLES):
        one = patients[number % len(patients)]
        annotated = sorted(one.boxes)
        share = _PLACES[number // len(patients)]
        place = (one, annotated[min(int(share * len(annotated)), len(annotated) - 1)])
        if place not in places:
            places.append(place)
    return places


def _cut(series: TrainingSeries, middle: int) -> _Sample:
    first = max(0, middle - _REACH)
    last = min(len(series.geometry.positions_mm), middle + _REACH + 1)
    geometry = series.geometry
    origins = geometry.image_positions_mm
    near = replace(
        geometry,
        positions_mm=geometry.positions_mm[first:last],
        image_positions_mm=None if origins is None else origins[first:last],
    )
    hu = np.array(series.read()[first:last])
    title = shorten_patient_id(series.patient_id)
    return _Sample(title, hu, near, middle - first, series.boxes[middle])


def _show(sample: _Sample) -> SamplePicture:
    picture = make_picture(sample.hu[sample.index], _PICTURE_PX)
    return SamplePicture(sample.title, picture, sample.expert / _size(sample))


def _size(sample: _Sample) -> FloatArray:
    rows, columns = sample.hu.shape[1:]
    return np.array([columns, rows, columns, rows], dtype=np.float64)


def _find(detector: Detector, sample: _Sample) -> FloatArray:
    found = detector.predict_volume(sample.hu, sample.geometry, [sample.index], threshold=0.0)
    boxes = [d.box.as_tuple() for d in found.slices[0][:1]]
    return np.array(boxes, dtype=np.float64).reshape(-1, 4) / _size(sample)
