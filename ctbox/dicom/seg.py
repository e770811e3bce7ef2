"""Filled outlines as a DICOM Segmentation: one binary segment a lesion (PS3.3 A.51)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ctbox import __version__
from ctbox.dicom.evidence import build_evidence, is_placed
from ctbox.dicom.lesion_marks import MarkedLesion, Observer, find_label_code
from ctbox.dicom.series import Series
from ctbox.dicom.sr import MANUFACTURER, describe_series, encode
from ctbox.errors import CtboxError

if TYPE_CHECKING:  # highdicom takes seconds to import
    from highdicom import seg

SERIES_NUMBER = 9002
_ALGORITHM = "ctbox Sobel outline"


@dataclass(frozen=True, eq=False)
class Segment:
    """A lesion and its filled outlines.

    Parameters
    ----------
    lesion : MarkedLesion
        Tracking UID, name and label are taken from it.
    masks : mapping
        SOP Instance UID to bool (rows, columns), True inside.
    """

    lesion: MarkedLesion
    masks: Mapping[str, NDArray[np.bool_]]


def find_seg_problem(series: Series) -> str | None:
    """Return why no segmentation can be made of a series' images, or None."""
    if series.slices[0].is_color:
        return "Colour images have no place in space, which a segmentation needs."
    if any(each.frame is not None for each in series.slices):
        return "Segmentations of multi-frame images are not written: SR takes their boxes."
    evidence = build_evidence(series, series.slices)
    if not all(is_placed(each) for each in evidence):
        return "Position, orientation, spacing or frame of reference is missing in its images."
    return None


def build_seg(series: Series, segments: Sequence[Segment], observer: Observer) -> bytes:
    """Return the file of a segmentation of one series.

    Parameters
    ----------
    series : Series
        Images for which `find_seg_problem` returns None.
    segments : sequence of Segment
        At least one pixel in all.
    observer : Observer
        Who drew the boxes; the outlines in them are an algorithm's.

    Raises
    ------
    ValueError
        If no pixel lies in any outline.
    CtboxError
        If the images cannot carry a segmentation.
    """
    import highdicom
    from highdicom import seg

    filled = [each for each in segments if any(mask.any() for mask in each.masks.values())]
    wanted = {uid for each in filled for uid, mask in each.masks.items() if mask.any()}
    slices = [each for each in series.slices if each.sop_instance_uid in wanted]
    if not slices or len(slices) < len(wanted):
        raise ValueError(f"{len(wanted)} slices have an outline, {len(slices)} are in the series.")
    uids = [each.sop_instance_uid for each in slices]
    try:
        document = seg.Segmentation(
            source_images=build_evidence(series, slices),
            pixel_array=_stack(filled, uids, (series.rows, series.columns)),
            segmentation_type=seg.SegmentationTypeValues.BINARY,
            segment_descriptions=[
                _describe(number, each.lesion, observer) for number, each in enumerate(filled, 1)
            ],
            series_instance_uid=highdicom.UID(),
            series_number=SERIES_NUMBER,
            sop_instance_uid=highdicom.UID(),
            instance_number=1,
            manufacturer=MANUFACTURER,
            manufacturer_model_name=MANUFACTURER,
            software_versions=__version__,
            device_serial_number=observer.serial_number or "0",
            series_description=describe_series(observer, "outlines"),
            content_description=describe_series(observer, "outlines"),
            content_label="OUTLINES",
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise CtboxError(
            f"No segmentation could be made of series {series.series_instance_uid}: {error}.",
            "Export its boxes as SR instead.",
            series.series_instance_uid,
        ) from error
    return encode(document)


def _stack(
    segments: Sequence[Segment], uids: Sequence[str], shape: tuple[int, int]
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Return the masks as a label map, or stacked along a fourth axis where they overlap.

    A label map takes a thirtieth of the memory where a model found thirty lesions.
    """
    labels = np.zeros((len(uids), *shape), dtype=np.uint16)
    for number, segment in enumerate(segments, 1):
        for place, uid in enumerate(uids):
            mask = segment.masks.get(uid)
            if mask is None:
                continue
            if labels[place][mask].any():
                return _stack_apart(segments, uids, shape)
            labels[place][mask] = number
    return labels


def _stack_apart(
    segments: Sequence[Segment], uids: Sequence[str], shape: tuple[int, int]
) -> NDArray[np.uint8]:
    stacked = np.zeros((len(uids), *shape, len(segments)), dtype=np.uint8)
    for number, segment in enumerate(segments):
        for place, uid in enumerate(uids):
            if uid in segment.masks:
                stacked[place, ..., number] = segment.masks[uid]
    return stacked


def _describe(number: int, lesion: MarkedLesion, observer: Observer) -> seg.SegmentDescription:
    from highdicom import AlgorithmIdentificationSequence, seg
    from pydicom.sr.codedict import codes

    algorithm = AlgorithmIdentificationSequence(
        name=_ALGORITHM, family=codes.DCM.EdgeDetection, version=__version__
    )
    kinds = seg.SegmentAlgorithmTypeValues
    return seg.SegmentDescription(
        segment_number=number,
        segment_label=lesion.name,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=find_label_code(lesion.label, is_device=observer.is_device),
        algorithm_type=kinds.AUTOMATIC if observer.is_device else kinds.SEMIAUTOMATIC,
        algorithm_identification=algorithm,
        tracking_uid=lesion.tracking_uid,
        tracking_id=lesion.name,
        anatomic_regions=[codes.SCT.Lung],
    )
