from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctbox.errors import CheckpointError
from ctbox.model.store import CARD_FILE, WEIGHTS_FILE
from ctbox.workflows import model_store_file
from ctbox.workflows.model_store import ModelStore
from ctbox.workflows.model_store_active import ACTIVE_FILE, read_active
from tests.conftest import REPOSITORY
from tests.workflows.store_scene import SHIPPED, build_store, make_weights, write_model


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return build_store(tmp_path)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A fine-tuning's model."""
    return write_model(tmp_path / "run", "new-b", fill=2, base=SHIPPED)


def names(store: ModelStore) -> list[str]:
    return [each.name for each in store.list()]


def test_adopting_copies_and_activates_nothing(store: ModelStore, run: Path) -> None:
    adopted = store.adopt(run)
    assert (adopted.name, adopted.parent, adopted.is_shipped) == ("new-b", SHIPPED, False)
    assert not adopted.is_active
    assert run.is_dir()
    assert names(store) == [SHIPPED, "new-b"]
    assert store.adopt(run) == adopted  # again: nothing happens
    named = store.adopt(run, "other")
    assert named.card is not None
    assert named.card.name == "other"
    assert named.problem is None


def test_activate_and_roll_back(store: ModelStore, run: Path) -> None:
    store.adopt(run)
    assert (store.active_name, store.previous_name) == (None, None)
    store.activate("new-b")
    assert store.active_name == "new-b"
    assert [each.is_active for each in store.list()] == [False, True]
    assert store.previous_name == SHIPPED
    assert ModelStore(store.own, store._folders[0]).active_name == "new-b"
    assert store.roll_back() == SHIPPED
    assert store.active_name is None
    with pytest.raises(CheckpointError, match="no earlier model"):
        store.roll_back()


def test_a_damaged_model_is_never_activated(store: ModelStore, run: Path) -> None:
    folder = store.adopt(run).folder
    (folder / WEIGHTS_FILE).write_bytes(make_weights(9))
    with pytest.raises(CheckpointError, match="sha256"):
        store.activate("new-b")
    (folder / WEIGHTS_FILE).unlink()
    with pytest.raises(CheckpointError, match="missing"):
        store.activate("new-b")
    with pytest.raises(CheckpointError, match="no model 'nobody'"):
        store.activate("nobody")
    assert store.active_name is None


def test_an_active_model_that_is_gone_or_a_damaged_file_falls_back(
    store: ModelStore, run: Path
) -> None:
    store.adopt(run)
    store.activate("new-b")
    shutil.rmtree(store.own / "new-b")
    assert store.active_name is None
    assert store.list()[0].is_active
    for text in ("{", "[]", '{"active": 3, "history": []}', '{"active": "x", "history": [1]}'):
        (store.own / ACTIVE_FILE).write_text(text)
        assert store.active_name is None
        assert store.previous_name is None


def test_export_and_import_bring_the_same_model(
    store: ModelStore, run: Path, tmp_path: Path
) -> None:
    before = store.adopt(run)
    file = store.export("new-b", tmp_path / "new-b.ctbox-model")
    with pytest.raises(CheckpointError, match="not replaced"):
        store.export("new-b", file)
    with pytest.raises(CheckpointError, match="already"):
        store.import_file(file)
    again = store.import_file(file, "copy")
    assert again.card is not None
    assert before.card is not None
    assert again.card.weights_sha256 == before.card.weights_sha256
    assert again.parent == SHIPPED
    other = build_store(tmp_path / "elsewhere")
    assert other.import_file(file).name == "new-b"
    other.activate("new-b")


def spoil(
    file: Path, change: dict[str, bytes | None], extra: dict[str, bytes] | None = None
) -> Path:
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content.update({k: v for k, v in change.items() if v is not None})
    for name in [k for k, v in change.items() if v is None]:
        del content[name]
    spoilt = file.with_name("spoilt.ctbox-model")
    with zipfile.ZipFile(spoilt, "w") as archive:
        for name, data in {**content, **(extra or {})}.items():
            archive.writestr(name, data)
    return spoilt


@pytest.mark.parametrize(
    ("change", "extra", "message"),
    [
        ({WEIGHTS_FILE: make_weights(3)}, {}, "sha256"),
        ({WEIGHTS_FILE: make_weights(2)[:-1]}, {}, "fewer bytes"),
        ({WEIGHTS_FILE: make_weights(2) + b"\0" * 9000}, {}, "more bytes"),
        ({WEIGHTS_FILE: None}, {}, "has no model.safetensors"),
        ({CARD_FILE: None}, {}, "has no card.json"),
        ({CARD_FILE: b"{}"}, {}, "schema_version"),
        ({CARD_FILE: b"x" * (5 << 20)}, {}, "too long"),
        ({}, {"../evil.txt": b"x"}, "no part of a model"),
        ({}, {"/etc/passwd": b"x"}, "no part of a model"),
        ({}, {"code.py": b"x"}, "no part of a model"),
    ],
)
def test_what_is_no_whole_model_is_not_imported(
    store: ModelStore,
    run: Path,
    tmp_path: Path,
    change: dict[str, bytes | None],
    extra: dict[str, bytes],
    message: str,
) -> None:
    store.adopt(run)
    file = store.export("new-b", tmp_path / "out.ctbox-model")
    with pytest.raises(CheckpointError, match=message):
        store.import_file(spoil(file, change, extra), "copy")
    assert names(store) == [SHIPPED, "new-b"]
    assert sorted(each.name for each in store.own.iterdir()) == ["new-b"]


def test_a_pickle_in_disguise_is_not_imported(store: ModelStore, tmp_path: Path) -> None:
    import pickle

    from ctbox.model.card_json import format_card
    from tests.workflows.store_scene import make_card

    weights = pickle.dumps({"w": [1, 2, 3]})
    file = tmp_path / "evil.ctbox-model"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(WEIGHTS_FILE, weights)
        archive.writestr(CARD_FILE, format_card(make_card("evil", weights)))
    with pytest.raises(CheckpointError, match="no safetensors"):
        store.import_file(file)
    assert names(store) == [SHIPPED]


@given(data=st.binary(max_size=400), cut=st.integers(0, 3000))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_rubbish_and_cut_files_end_in_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, cut: int
) -> None:
    tmp_path = tmp_path_factory.mktemp("rubbish")
    store = build_store(tmp_path)
    write_model(store.own, "mine", fill=4)
    whole = store.export("mine", tmp_path / "whole.ctbox-model").read_bytes()
    for number, content in enumerate((data, whole[: min(cut, len(whole) - 1)])):
        file = tmp_path / f"{number}.ctbox-model"
        file.write_bytes(content)
        with pytest.raises(CheckpointError):
            store.import_file(file, "copy")
    assert names(store) == [SHIPPED, "mine"]


def test_delete_goes_to_the_bin_and_back(store: ModelStore, run: Path) -> None:
    store.adopt(run)
    store.activate("new-b")
    with pytest.raises(CheckpointError, match="in use"):
        store.delete("new-b")
    with pytest.raises(CheckpointError, match="came with ctbox"):
        store.delete(SHIPPED)
    store.roll_back()
    store.activate("new-b")
    store.activate(SHIPPED)
    place = store.delete("new-b")
    assert place.is_dir()
    assert names(store) == [SHIPPED]
    assert store.list_bin() == ("new-b",)
    assert "new-b" not in read_active(store.own).history
    assert store.restore("new-b").problem is None
    with pytest.raises(CheckpointError, match="no 'new-b' in the bin"):
        store.restore("new-b")


def test_rolling_back_passes_over_a_model_that_is_gone(store: ModelStore, run: Path) -> None:
    store.adopt(run)
    store.adopt(run, "second")
    store.adopt(run, "third")
    for name in ("new-b", "second", "third"):
        store.activate(name)
    shutil.rmtree(store.own / "second")  # not by ctbox
    assert store.previous_name == "new-b"
    assert store.roll_back() == "new-b"
    assert store.active_name == "new-b"
    assert store.roll_back() == SHIPPED


def test_rolling_back_never_leads_to_the_model_in_use(store: ModelStore, run: Path) -> None:
    store.adopt(run)
    store.adopt(run, "second")
    for name in ("new-b", "second", "new-b"):
        store.activate(name)
    store.delete("second")  # what stood between new-b and new-b
    assert store.previous_name == SHIPPED
    assert store.roll_back() == SHIPPED
    assert store.previous_name is None
    store.activate("new-b")
    shutil.rmtree(store.own / "new-b")  # not by ctbox: the shipped one predicts again
    assert store.previous_name is None


def test_the_last_deleted_comes_back_and_never_over_another(
    store: ModelStore, run: Path, tmp_path: Path
) -> None:
    newer = write_model(tmp_path / "newer", "new-b", fill=3, base=SHIPPED)
    hashes = []
    for folder in (run, newer):
        card = store.adopt(folder).card
        assert card is not None
        hashes.append(card.weights_sha256)
        store.delete("new-b")
    assert store.list_bin() == ("new-b", "new-b")
    restored = store.restore("new-b").card
    assert restored is not None
    assert restored.weights_sha256 == hashes[1]
    with pytest.raises(CheckpointError, match="already"):
        store.restore("new-b")
    assert store.find("new-b").card == restored
    assert store.list_bin() == ("new-b",)


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "x" * 65, "NEW-B"])
def test_names_that_are_none_or_taken(store: ModelStore, run: Path, name: str) -> None:
    store.adopt(run)
    with pytest.raises(CheckpointError, match=r"no name for a model|already"):
        store.adopt(write_model(run.parent, "z", fill=7), name)


def test_a_full_disk_leaves_the_store_as_it_was(
    store: ModelStore, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", fail)
        with pytest.raises(CheckpointError, match="No space left"):
            store.adopt(run)
    assert names(store) == [SHIPPED]
    store.adopt(run)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.raises(CheckpointError, match="No space left"):
            store.activate("new-b")
        with pytest.raises(CheckpointError, match="No space left"):
            store.export("new-b", run.parent / "out.ctbox-model")
    assert store.active_name is None
    assert not list(run.parent.glob(".out*"))


KILLED = """
import os, sys
from pathlib import Path
from ctbox.workflows import model_store
from tests.workflows.store_scene import SHIPPED
def die(*_): os.kill(os.getpid(), 9)
setattr(*{hook})
store = model_store.ModelStore(Path(sys.argv[1]), Path(sys.argv[2]))
store.adopt(Path(sys.argv[3]))
store.activate("new-b")
"""


@pytest.mark.parametrize(
    "hook",
    [
        "(model_store, 'format_readme', die)",
        "(Path, 'rename', die)",
        "(Path, 'replace', die)",
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_a_kill_at_any_moment_leaves_a_whole_store(store: ModelStore, run: Path, hook: str) -> None:
    words = [str(store.own), str(store._folders[0]), str(run)]
    done = subprocess.run(
        [sys.executable, "-c", KILLED.replace("{hook}", hook), *words],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL
    assert all(each.problem is None for each in store.list())
    assert store.active_name is None
    store.adopt(run)
    store.activate("new-b")
    assert store.active_name == "new-b"


def test_bytes_are_on_the_disk_before_they_get_their_name(
    store: ModelStore, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    sync, rename, replace = os.fsync, Path.rename, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (events.append("sync"), sync(handle)))
    monkeypatch.setattr(Path, "rename", lambda *a: (events.append("name"), rename(*a))[1])
    monkeypatch.setattr(Path, "replace", lambda *a: (events.append("name"), replace(*a))[1])
    store.adopt(run)
    assert events == ["sync", "sync", "sync", "name"]  # weights, card, README
    events.clear()
    file = store.export("new-b", run.parent / "out.ctbox-model")
    assert events == ["sync", "name"]
    events.clear()
    store.import_file(file, "again")
    assert events[-4:] == ["sync", "sync", "sync", "name"]


def test_what_killed_arrivals_left_goes_and_what_is_under_way_stays(
    store: ModelStore, run: Path
) -> None:
    left, under_way = store.own / ".old.arriving-1", store.own / ".now.arriving-2"
    for each in (left, under_way):
        each.mkdir(parents=True)
        (each / WEIGHTS_FILE).write_bytes(b"part")
    os.utime(left, (0, 0))
    store.adopt(run)
    assert not left.exists()
    assert under_way.is_dir()
    assert names(store) == [SHIPPED, "new-b"]


def test_weights_of_a_wrong_format_are_told_apart(tmp_path: Path) -> None:
    for number, data in enumerate((b"", b"\x80\x04K\x01.", b"\xff" * 20, make_weights(1)[:12])):
        path = tmp_path / str(number)
        path.write_bytes(data)
        with pytest.raises(CheckpointError, match="no safetensors"):
            model_store_file.check_safetensors(path, path)
