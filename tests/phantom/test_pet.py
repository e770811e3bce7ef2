"""PET of phantoms: hot tumours where the CT has them, SUV as painted, another grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ctbox.dicom.pixels import read_hu
from ctbox.dicom.places import find_nearest_slice, find_pixel, find_place, share_frame
from ctbox.dicom.reading import read_series
from ctbox.dicom.suv import read_suv_scale
from ctbox.phantom.collection import write_collection
from ctbox.phantom.config import PhantomConfig
from ctbox.phantom.pet import make_pet
from ctbox.phantom.planning import plan_scan
from ctbox.phantom.volume import run_scan
from ctbox.progress import TaskContext

CONFIG = PhantomConfig(rows=96, slice_spacing_mm=8.0, n_slices=12, radius_mm=20.0, tumours=1)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pet") / "case"
    report = write_collection(out, 1, 7, TaskContext(), CONFIG, with_pet=True)
    assert report.series == 3
    return out


def test_pet_shares_the_frame_and_not_the_grid(written: Path) -> None:
    series = read_series(written).series
    (pet,) = [each for each in series if each.modality == "PT"]
    ct = next(each for each in series if each.modality == "CT")
    assert len(series) == 3
    assert pet.problems == ()
    assert share_frame(pet, ct)
    assert pet.pixel_spacing_mm != ct.pixel_spacing_mm
    assert pet.slice_spacing_mm == pytest.approx(3.0)
    assert pet.skip_detection_reason is not None


def test_the_hottest_place_lies_in_the_tumour(written: Path) -> None:
    series = read_series(written).series
    (pet,) = [each for each in series if each.modality == "PT"]
    ct = next(each for each in series if each.modality == "CT")
    scale = read_suv_scale(pet)
    assert scale.factor is not None
    volume = np.stack([read_hu(slice_) for slice_ in pet.slices]) * scale.factor
    k, row, column = np.unravel_index(int(volume.argmax()), volume.shape)
    assert 1.5 < volume.max() < 20
    place = find_place(pet.slices[int(k)], column + 0.5, row + 0.5)
    index = find_nearest_slice(ct, place)
    boxes = list((written / "Annotation").rglob("*.xml"))
    uids = {path.stem for path in boxes}
    near = {
        ct.slices[i].sop_instance_uid
        for i in range(max(index - 1, 0), index + 2)
        if i < len(ct.slices)
    }
    sharp = [each for each in series if each.modality == "CT"][1]
    near |= {
        sharp.slices[i].sop_instance_uid
        for i in range(max(index - 1, 0), index + 2)
        if i < len(sharp.slices)
    }
    assert uids & near
    x, y = find_pixel(ct.slices[index], place)
    assert 0 <= x < ct.columns
    assert 0 <= y < ct.rows


def test_same_scan_same_pet() -> None:
    scan = run_scan(plan_scan(CONFIG, np.random.default_rng(3)))
    one, other = make_pet(scan), make_pet(scan)
    assert np.array_equal(one.suv, other.suv)
    assert one.suv.min() >= 0
    assert one.suv[:, 0, 0].max() < 0.3  # nothing beside the patient
    lesion, true = scan.lesions[0], one.lesion_suv[0]
    assert one.suv.max() <= 1.6 * max(true, 4)
    assert lesion.boxes
