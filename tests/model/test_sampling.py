from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from ctbox.errors import TrainingDataError
from ctbox.model import grown_volumes
from ctbox.model.augmentation import Warp, WarpLimits, jitter_boxes
from ctbox.model.config import SampleMix
from ctbox.model.dataset import (
    MARGIN_PX,
    TrainingData,
    TrainingSeries,
    VolumeCache,
    find_negative_slices,
)
from ctbox.model.geometry import VolumeGeometry
from ctbox.model.grown_volumes import GrownVolumes, find_mask_boxes
from ctbox.model.lesion_pasting import make_synthetic_growth, paste_growth
from ctbox.model.lungs import find_crop_centre
from ctbox.model.sampling import KINDS, SampleSource
from ctbox.model.volume_store import prepare_volume
from tests.model.toy import STEP_MM, TOY_MODEL, make_config, make_series, make_volume


def series_with(key: str, annotated: dict[int, int], patient: str = "P", frame: str = "F"):
    boxes = {index: np.array([[1.0, 1, 5, 5]] * count) for index, count in annotated.items()}
    geometry = VolumeGeometry((1.0, 1.0), tuple(-5.0 * i for i in range(20)))
    return TrainingSeries(key, key, patient, frame, geometry, boxes, lambda: np.zeros((20, 8, 8)))


def test_negatives_keep_away_from_annotations_holes_included() -> None:
    series = series_with("a", {5: 1, 9: 1})
    # 12 mm beyond slices 5 and 9 that are 5 mm apart: 3 and 11 are too near, 2 and 12 are not.
    assert find_negative_slices(series, [series]) == (0, 1, 2, *range(12, 20))


def test_negatives_keep_away_from_a_siblings_annotations_in_the_same_frame() -> None:
    series, sibling = series_with("a", {5: 1}), series_with("b", {15: 1})
    assert find_negative_slices(series, [series, sibling]) == (0, 1, 2, 8, 9, 10, 11, 12, 18, 19)
    elsewhere = series_with("c", {15: 1}, frame="other")
    assert 15 in find_negative_slices(series, [series, elsewhere])
    stranger = series_with("d", {15: 1}, patient="Q")
    assert 15 in find_negative_slices(series, [series, stranger])


def test_a_series_without_annotations_has_no_negatives() -> None:
    assert find_negative_slices(series_with("a", {}), []) == ()


def test_the_crop_centres_on_the_lungs_and_falls_back() -> None:
    hu, _ = make_volume()
    assert find_crop_centre(hu, (2.5, 2.5), 5.0) == pytest.approx((160, 120), abs=8)
    body = np.full((3, 40, 60), -1000, dtype=np.int16)
    body[:, 10:20, 40:50] = 40
    assert find_crop_centre(body, (4.0, 4.0), 5.0) == pytest.approx((180, 60), abs=4)
    air = np.full((3, 40, 60), -1000, dtype=np.int16)
    assert find_crop_centre(air, (4.0, 4.0), 5.0) == (120, 80)


def test_a_warp_moves_boxes_with_their_pixels() -> None:
    rng = np.random.default_rng(5)
    for _ in range(12):
        warp = Warp((64, 96), (128, 160), WarpLimits(), rng)
        y, x = np.mgrid[:128, :160] + 0.5
        disc = (((x - 86) / 12) ** 2 + ((y - 60) / 9) ** 2 < 1).astype(np.float32)
        moved = torch.nn.functional.grid_sample(
            torch.from_numpy(disc)[None, None], warp.build_grid()[None], align_corners=False
        )[0, 0].numpy()
        boxes = warp.map_boxes(np.array([[74.0, 51, 98, 69]]))
        if not len(boxes):
            continue
        rows, columns = np.nonzero(moved > 0.5)
        seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        np.testing.assert_allclose(boxes[0], seen, atol=1.6)


def test_no_warp_takes_the_middle() -> None:
    warp = Warp((64, 96), (128, 160), None, np.random.default_rng(0))
    np.testing.assert_allclose(warp.map_boxes(np.array([[40.0, 40, 60, 70]])), [[8, 8, 28, 38]])


def test_jitter_leaves_small_boxes_alone() -> None:
    boxes = np.array([[10.0, 10, 14, 14], [10.0, 10, 90, 90]])
    moved = np.abs(jitter_boxes(boxes, 2.0, np.random.default_rng(0)) - boxes)
    assert moved[0].max() <= 0.4 + 1e-9
    assert moved[1].max() > 0.4


def test_a_pasted_tumours_box_encloses_what_changed() -> None:
    planes = np.full((3, 96, 96), -850, dtype=np.float32)
    lungs = np.ones((96, 96), dtype=bool)
    growth = make_synthetic_growth(np.random.default_rng(2), 2.0, 5.0)
    done = paste_growth(planes, lungs, growth, (48, 48))
    assert done is not None
    changed, box = done
    rows, columns = np.nonzero(np.abs(changed[1] - planes[1]) > 300)
    assert box[0] - 3 <= columns.min() <= box[0] + 3
    assert box[3] - 3 <= rows.max() + 1 <= box[3] + 3


def test_mask_boxes_enclose_the_largest_part() -> None:
    mask = np.zeros((3, 20, 20), dtype=bool)
    mask[1, 4:9, 5:12] = True
    mask[1, 15, 15] = True
    boxes = find_mask_boxes(mask)
    assert list(boxes) == [1]
    np.testing.assert_array_equal(boxes[1], [5, 4, 12, 9])


def test_grown_volumes_only_offer_known_slices() -> None:
    series = make_series()
    cache = VolumeCache(lambda s: prepare_volume(s, TOY_MODEL))
    grown = GrownVolumes([series], cache, TOY_MODEL.pixel_size_mm)
    known = {*find_negative_slices(series, [series]), *series.boxes}
    rng = np.random.default_rng(0)
    drawn = [one for one in (grown.draw(rng) for _ in range(12)) if one is not None]
    assert drawn
    for one in drawn:
        assert one.index in known
        assert len(one.volume.boxes[one.index]) >= 1


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "phantom"])
def test_every_kind_of_sample_has_the_right_shape(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grown_volumes, "POOL", 2)
    config = make_config(mix=SampleMix(**{name: float(name == kind) for name in KINDS}))
    series = [make_series("T1"), make_series("T2", centre=(5, 40, 90), seed=1)]
    source = SampleSource(series, config, VolumeCache(lambda s: prepare_volume(s, config.model)))
    batch = source.draw_batch(6, np.random.default_rng(1))
    assert batch.inputs.shape == (6, 5, 64, 96)
    assert float(batch.inputs.min()) >= 0
    assert float(batch.inputs.max()) <= 1
    counts = [len(boxes) for boxes in batch.boxes]
    assert all(boxes.shape[1] == 4 for boxes in batch.boxes)
    if kind == "negative":
        assert counts == [0] * 6
    else:
        assert sum(counts) >= 3


def test_the_same_seed_draws_the_same_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grown_volumes, "POOL", 2)
    config = make_config(mix=SampleMix(grown=0.3))
    batches = []
    for _ in range(2):
        cache = VolumeCache(lambda s: prepare_volume(s, config.model))
        source = SampleSource([make_series()], config, cache)
        batches.append(source.draw_batch(8, np.random.default_rng(4)))
    assert torch.equal(batches[0].inputs, batches[1].inputs)


def test_nothing_annotated_is_refused() -> None:
    bare = replace(make_series(), boxes={})
    with pytest.raises(TrainingDataError, match="annotated slice"):
        SampleSource([bare], make_config(), VolumeCache(lambda s: prepare_volume(s, TOY_MODEL)))


def test_the_cache_forgets_the_oldest_and_stays_under_its_limit() -> None:
    read: list[str] = []

    def prepare(series: TrainingSeries):
        read.append(series.key)
        return prepare_volume(series, TOY_MODEL)

    names = [make_series(f"T{i}") for i in range(3)]
    one = prepare_volume(names[0], TOY_MODEL).n_bytes
    cache = VolumeCache(prepare, limit_bytes=int(2.5 * one))
    for series in (*names, names[2], names[0]):
        cache.get(series)
        assert cache.n_bytes <= 2.5 * one
    assert read == ["T0-1", "T1-1", "T2-1", "T0-1"]


def test_selecting_patients_moves_whole_patients() -> None:
    data = TrainingData((make_series("T1"), make_series("T2")))
    chosen = data.select_patients(["T2"])
    assert [s.patient_id for s in chosen.training] == ["T1"]
    assert [s.patient_id for s in chosen.validation] == ["T2"]


def test_prepared_boxes_lie_on_the_tumour() -> None:
    series = make_series()
    volume = prepare_volume(series, TOY_MODEL)
    assert volume.stack.planes.shape[1:] == (64 + 2 * MARGIN_PX, 96 + 2 * MARGIN_PX)
    x1, y1, x2, y2 = np.round(volume.boxes[8][0]).astype(int)
    inside = volume.stack.planes[8, y1 + 1 : y2 - 1, x1 + 1 : x2 - 1]
    assert inside.mean() > -150
    assert volume.stack.planes[8, y1 - 3, x1 - 3] < -500
    assert series.annotated_range_mm == (-11 * STEP_MM, -5 * STEP_MM)
