"""Memory and disk stay within their limits, and nothing that is learnt depends on them."""

from __future__ import annotations

import errno
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ctbox.model import disk_cache
from ctbox.model.array_files import DamagedFileError, open_array_file, write_array_file
from ctbox.model.config import SIMPLE_CANCER_CNN, ModelConfig, SampleMix, make_baseline_config
from ctbox.model.dataset import TrainingData, TrainingSeries, VolumeCache
from ctbox.model.disk_cache import CacheLimits, DiskCache
from ctbox.model.packed_mask import PackedMask
from ctbox.model.prefetch import Prefetcher
from ctbox.model.source_digest import collect_sources, digest_sources
from ctbox.model.training import fit
from ctbox.model.volume_store import prepare_volume
from tests.model.test_training import assert_same_weights, losses
from tests.model.toy import TOY_MODEL, make_config, make_series

CONFIG = make_config(batch_size=2, mix=SampleMix(real=0.4, pasted=0.2, negative=0.2, grown=0.2))
BASELINE = replace(
    make_baseline_config(epochs=2),
    model=ModelConfig(architecture=SIMPLE_CANCER_CNN, baseline_side=32),
    threads=1,
)


class Reader:
    """A series' voxels, counting how often they are read."""

    def __init__(self, series: TrainingSeries) -> None:
        self.count, self._read = 0, series.read

    def __call__(self) -> np.ndarray:
        self.count += 1
        return self._read()


def make_counted(name: str, seed: int, stamp: str = "1") -> tuple[TrainingSeries, Reader]:
    series = make_series(name, seed=seed)
    reader = Reader(series)
    uid = f"1.2.{seed}"
    return replace(series, series_instance_uid=uid, read=reader, stamp=lambda: stamp), reader


def open_cache(folder: Path, limit: int = 10**9) -> tuple[DiskCache, list[str]]:
    notes: list[str] = []
    return DiskCache(folder, limit, notes.append), notes


@given(hnp.arrays(np.bool_, hnp.array_shapes(min_dims=3, max_dims=3, max_side=20)))
def test_packed_masks_are_the_masks(mask: np.ndarray) -> None:
    packed = PackedMask.pack(mask)
    assert all(np.array_equal(packed[i], mask[i]) for i in range(len(mask)))
    assert packed[0].dtype == np.bool_


@given(
    st.dictionaries(
        st.text(max_size=5),
        hnp.arrays(np.int16, hnp.array_shapes(max_side=5)),
        max_size=3,
    )
)
def test_array_files_give_back_what_was_written(arrays: dict[str, np.ndarray]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        write_array_file(path, arrays, {"a": [0.1, 2]})
        found = open_array_file(path)
        assert found.note == {"a": [0.1, 2]}
        assert found.arrays.keys() == arrays.keys()
        assert all(np.array_equal(found.arrays[name], arrays[name]) for name in arrays)
        assert not any(array.flags.writeable for array in found.arrays.values())
        del found
        assert [each.name for each in Path(folder).iterdir()] == ["x"]


def test_every_damage_to_an_array_file_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_array_file(path, {"a": np.arange(50), "empty": np.zeros((0, 3))}, {})
    whole = path.read_bytes()
    assert open_array_file(path).arrays["empty"].shape == (0, 3)
    rng = np.random.default_rng(0)
    for place in rng.integers(0, len(whole), 40).tolist():
        changed = bytearray(whole)
        changed[place] ^= 0x41
        path.write_bytes(bytes(changed))
        with pytest.raises(DamagedFileError):
            open_array_file(path)
    for length in (0, 5, 40, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(DamagedFileError):
            open_array_file(path)


def test_a_prepared_volume_is_the_same_from_the_disk(tmp_path: Path) -> None:
    disk, _ = open_cache(tmp_path)
    series, reader = make_counted("T1", 0)
    plain = prepare_volume(series, TOY_MODEL)
    prepare_volume(series, TOY_MODEL, disk)
    again = prepare_volume(series, TOY_MODEL, disk)
    assert reader.count == 2
    np.testing.assert_array_equal(again.stack.planes, plain.stack.planes)
    assert all(np.array_equal(again.lungs[i], plain.lungs[i]) for i in range(16))
    assert all(np.array_equal(again.boxes[i], plain.boxes[i]) for i in plain.boxes)
    # Boxes are not kept: another fold's are its own.
    fewer = replace(series, boxes={8: series.boxes[8]})
    assert list(prepare_volume(fewer, TOY_MODEL, disk).boxes) == [8]
    assert reader.count == 2


@pytest.mark.parametrize("change", ["files", "crop", "damage", "none"])
def test_what_changed_is_prepared_anew(tmp_path: Path, change: str) -> None:
    disk, _ = open_cache(tmp_path)
    series, reader = make_counted("T1", 0)
    prepare_volume(series, TOY_MODEL, disk)
    config = TOY_MODEL
    if change == "files":
        series = replace(series, stamp=lambda: "2")
    if change == "crop":
        config = replace(TOY_MODEL, pixel_size_mm=3.0)
    if change == "damage":
        (path,) = tmp_path.iterdir()
        path.write_bytes(path.read_bytes()[:-100])
    prepare_volume(series, config, disk)
    assert reader.count == (1 if change == "none" else 2)
    prepare_volume(series, config, disk)
    assert reader.count == (1 if change == "none" else 2)


def test_the_disk_stays_within_its_limit_and_the_least_used_goes(tmp_path: Path) -> None:
    entry = prepare_volume(make_series(), TOY_MODEL).n_bytes
    disk, notes = open_cache(tmp_path, int(2.5 * entry))
    (one, read_one), (two, read_two), (three, _) = (make_counted(f"T{i}", i) for i in range(3))
    for series in (one, two, one, three, one):
        prepare_volume(series, TOY_MODEL, disk)
        assert disk.n_bytes <= 2.5 * entry
        time.sleep(0.02)  # file times must differ
    assert (read_one.count, read_two.count) == (1, 1)
    prepare_volume(two, TOY_MODEL, disk)
    assert read_two.count == 2
    assert notes == []


def test_an_entry_larger_than_the_limit_is_not_kept(tmp_path: Path) -> None:
    disk, notes = open_cache(tmp_path / "cache", 1000)
    prepare_volume(make_counted("T1", 0)[0], TOY_MODEL, disk)
    assert not (tmp_path / "cache").exists()
    assert notes == []


def test_a_full_disk_is_said_once_and_training_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(disk_cache, "write_array_file", refuse)
    disk, notes = open_cache(tmp_path)
    series = tuple(make_counted(f"T{i}", i)[0] for i in range(2))
    with_disk = fit(CONFIG, TrainingData(series, disk=disk))
    assert len(notes) == 1
    assert "No space left" in notes[0]
    assert losses(with_disk) == losses(fit(CONFIG, TrainingData(series)))


def test_a_half_written_file_does_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        write_array_file(tmp_path / "x", {"a": np.zeros(3)}, {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("config", [CONFIG, BASELINE], ids=["detector", "baseline"])
def test_tiny_memory_and_disk_change_no_result(tmp_path: Path, config, monkeypatch) -> None:
    taken: list[int] = []
    own = VolumeCache.get

    def watch(self: VolumeCache, series: TrainingSeries) -> object:
        found = own(self, series)
        taken.append(self.n_bytes)
        return found

    monkeypatch.setattr(VolumeCache, "get", watch)
    pairs = [make_counted(f"T{i}", i) for i in range(4)]
    data = TrainingData(tuple(series for series, _ in pairs[:3]), (pairs[3][0],))
    plain = fit(config, data)
    plenty = max(taken)
    reads = [reader.count for _, reader in pairs]
    assert reads == [1, 1, 1, 1]

    taken.clear()
    tight = replace(data, cache_bytes=plenty // 4 + 1)
    without = fit(config, tight)
    assert max(taken) <= plenty // 4 + 1
    assert sum(reader.count for _, reader in pairs) > 8

    disk, _ = open_cache(tmp_path, int(1.1 * plenty))
    before = sum(reader.count for _, reader in pairs)
    streamed = fit(config, replace(tight, disk=disk))
    assert sum(reader.count for _, reader in pairs) == before + 4
    assert 0 < disk.n_bytes <= 1.1 * plenty
    for other in (without, streamed):
        assert losses(other) == losses(plain)
        assert_same_weights(other.state, plain.state)


def test_limits_open_the_users_folder_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTBOX_HOME", str(tmp_path))
    assert CacheLimits(disk_gb=0).open(print) is None
    disk = CacheLimits().open(print)
    assert disk is not None
    disk.put("a", {"x": np.zeros(3)}, {})
    assert [path.parent.name for path in tmp_path.rglob("*.ctboxcache")] == ["volumes"]


def test_prefetching_keeps_order_and_bounds_and_passes_errors_on() -> None:
    made: list[int] = []

    def draw() -> int:
        if len(made) == 6:
            raise ValueError("seventh")
        made.append(len(made))
        return made[-1]

    with Prefetcher(draw, 10, ahead=2) as items:
        assert [items.take() for _ in range(3)] == [0, 1, 2]
        time.sleep(0.1)
        assert len(made) <= 5
        assert [items.take() for _ in range(3)] == [3, 4, 5]
        with pytest.raises(ValueError, match="seventh"):
            items.take()
    with Prefetcher(lambda: 1, 2) as items:
        assert [items.take(), items.take()] == [1, 1]
        with pytest.raises(IndexError):
            items.take()


def test_sources_are_followed_within_their_package(tmp_path: Path) -> None:
    package = tmp_path / "parts"
    package.mkdir()
    (package / "a.py").write_text("from ctbox.parts.b import x\nfrom ctbox.other.d import y\n")
    (package / "b.py").write_text("def f():\n    from ctbox.parts.c import z\n")
    for name in ("c", "d"):
        (package / f"{name}.py").touch()
    found = collect_sources(package / "a.py")
    assert [path.stem for path in found] == ["a", "b", "c"]
    before = digest_sources(*found)
    (package / "c.py").write_text("changed = 1\n")
    digest_sources.cache_clear()
    assert digest_sources(*found) != before
