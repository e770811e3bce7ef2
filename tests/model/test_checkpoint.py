"""Checkpoints: whole or not at all, verified before loading, never a pickle."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ctbox.errors import CheckpointError
from ctbox.model import checkpoint, store
from ctbox.model.card import (
    COLLECTION_ATTRIBUTION,
    Lineage,
    MetricRecord,
    ModelCard,
    ModelInput,
    SplitRecord,
    TrainingRecord,
)
from ctbox.model.card_json import format_card, parse_card
from ctbox.model.card_readme import format_readme
from ctbox.model.checkpoint import load_checkpoint, load_into, save_checkpoint
from ctbox.model.manifest import read_manifest, write_manifest
from ctbox.model.store import find_model, list_models, read_card

STATE = {
    "linear.weight": torch.arange(6, dtype=torch.float32).reshape(2, 3),
    "linear.bias": torch.tensor([0.5, -0.5]),
}


def make_card(name: str = "tiny") -> ModelCard:
    return ModelCard(
        name=name,
        architecture="linear",
        parameters=8,
        input=ModelInput(192, 224, ("lung window at z", "mediastinum at z"), 1.5),
        classes=("tumour",),
        threshold=0.25,
        training=TrainingRecord(("1.2.3", "1.2.4"), ("A0001",), (7, 8), COLLECTION_ATTRIBUTION),
        split=SplitRecord("patient", ("B0001",)),
        metrics=(
            MetricRecord("Left-out", "patient", 6, {"iou": 0.4, "interval": [0.1, 0.7]}, 0.25),
        ),
        limitations=("It has seen six patients.",),
        lineage=Lineage("parent", "ab" * 32, ("E0001",)),
        date="2025-01-31",
        software_version="0.1.0",
        command="ctbox train --seed 3",
        seed=3,
        config={"epochs": 4, "widths": [8, 16], "lr": None},
    )


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return save_checkpoint(tmp_path / "tiny", STATE, make_card())


def edit_card(folder: Path, **changes: object) -> None:
    path = folder / "card.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_saved_model_comes_back_whole(saved: Path) -> None:
    state, card = load_checkpoint(saved)

    assert {name: tensor.tolist() for name, tensor in state.items()} == {
        name: tensor.tolist() for name, tensor in STATE.items()
    }
    assert len(card.weights_sha256) == 64
    assert card.weights_bytes == (saved / "model.safetensors").stat().st_size
    assert replace(card, weights_sha256="", weights_bytes=0) == make_card()
    assert card.seen_patient_ids == ("A0001", "B0001", "E0001")
    assert sorted(p.name for p in saved.parent.iterdir()) == ["tiny"]
    assert sorted(p.name for p in saved.iterdir()) == [
        "README.md",
        "card.json",
        "model.safetensors",
    ]


def test_the_readme_warns_and_names_split_patients_and_threshold(saved: Path) -> None:
    text = (saved / "README.md").read_text(encoding="utf-8")

    assert "Not a medical device" in text.splitlines()[2]
    assert "Split: patient; patients: 6, threshold 0.25." in text
    assert "| iou | 0.400 |" in text
    assert "| interval | 0.100 … 0.700 |" in text
    assert "1.2.4" in text
    assert "CC BY 4.0" in text
    assert "It has seen six patients." in text


def test_the_readme_says_once_that_a_split_leaks() -> None:
    for kind in ("slice-random", "slice-random (LEAKY)"):
        card = replace(make_card(), split=SplitRecord(kind, ("T9",), leaky=True))
        (line,) = (x for x in format_readme(card).splitlines() if x.startswith("- Split:"))
        assert line.startswith("- Split: slice-random (LEAKY: slices of one patient")
        assert line.count("LEAKY") == 1


def test_weights_may_be_given_by_the_file_inside_the_folder(saved: Path) -> None:
    assert load_checkpoint(saved / "model.safetensors")[1].name == "tiny"
    assert load_checkpoint(str(saved / "card.json"))[1].name == "tiny"


def test_views_and_transposes_are_saved_as_what_they_show(tmp_path: Path) -> None:
    base = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    save_checkpoint(tmp_path / "tiny", {"t": base.T, "part": base[1:, :2] + 0}, make_card())

    state, _ = load_checkpoint(tmp_path / "tiny")

    assert torch.equal(state["t"], base.T)


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".pkl", ".ckpt", ".bin", ".zip", ".PT"])
def test_pickles_and_archives_are_refused_by_name_and_never_opened(
    tmp_path: Path, suffix: str
) -> None:
    trap = tmp_path / f"model{suffix}"
    trap.write_bytes(b"\x80\x04never read")

    with pytest.raises(CheckpointError, match="never opened") as caught:
        load_checkpoint(trap)

    assert trap.name in str(caught.value)
    assert "model.safetensors" in caught.value.hint


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (pytest.fail, ("a pickle was opened",))


@pytest.mark.parametrize("as_zip", [True, False])
def test_a_pickle_under_the_right_name_is_not_opened(saved: Path, as_zip: bool) -> None:
    weights = saved / "model.safetensors"
    if as_zip:
        torch.save({"a": torch.zeros(2)}, weights)
    else:
        weights.write_bytes(pickle.dumps(Bomb()))

    with pytest.raises(CheckpointError, match="pickle under another name"):
        load_checkpoint(saved)


def test_a_header_length_that_looks_like_a_pickle_is_fine(tmp_path: Path) -> None:
    for length in range(1, 400):
        folder = save_checkpoint(tmp_path / "tiny", {"x" * length: torch.zeros(1)}, make_card())
        if (folder / "model.safetensors").read_bytes()[0] == 0x80:
            break
    else:
        pytest.fail("no header length gave the byte 0x80")

    assert list(load_checkpoint(folder)[0]) == ["x" * length]


def test_a_changed_byte_is_found_by_the_hash(saved: Path) -> None:
    weights = saved / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)

    with pytest.raises(CheckpointError, match="sha256") as caught:
        load_checkpoint(saved)

    assert str(weights) in str(caught.value)


def test_truncated_weights_say_how_many_bytes_there_should_be(saved: Path) -> None:
    weights = saved / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-3])

    with pytest.raises(CheckpointError, match=r"cut short: \d+ bytes where the card says \d+"):
        load_checkpoint(saved)


def test_damaged_safetensors_of_the_right_hash_are_refused(saved: Path) -> None:
    weights = saved / "model.safetensors"
    weights.write_bytes(b"\xff" * 64)
    digest = checkpoint._compute_sha256(weights)
    edit_card(saved, weights_bytes=64, weights_sha256=digest)

    with pytest.raises(CheckpointError, match="no safetensors file"):
        load_checkpoint(saved)


def test_missing_weights_and_missing_card_name_the_file(saved: Path) -> None:
    (saved / "model.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"model\.safetensors"):
        load_checkpoint(saved)

    (saved / "card.json").unlink()
    with pytest.raises(CheckpointError, match="has no card"):
        load_checkpoint(saved)


def test_a_later_schema_asks_for_a_newer_ctbox(saved: Path) -> None:
    edit_card(saved, schema_version=2)

    with pytest.raises(CheckpointError, match="schema version 2") as caught:
        read_card(saved)

    assert "newer ctbox" in caught.value.hint


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "nul", '{"schema_version": NaN}', "[" * 100_000, "\xff\xfe"]
)
def test_bad_json_is_one_sentence(saved: Path, text: str) -> None:
    (saved / "card.json").write_text(text, encoding="latin-1")

    with pytest.raises(CheckpointError, match="JSON") as caught:
        read_card(saved)

    assert "card.json" in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("threshold", "0.5", "Field 'threshold' must be a number, found str"),
        ("threshold", 1.5, "must lie in 0…1"),
        ("parameters", True, "Field 'parameters' must be an integer, found bool"),
        ("name", "../evil", "is no model name"),
        ("classes", ["a", 1], "Field 'classes' must be a list of texts"),
        ("input", {"rows": 1}, "Field 'input.columns' must be an integer, found nothing"),
        ("metrics", [{"title": "t"}], r"Field 'metrics\[0\].split' must be text, found nothing"),
        ("date", "yesterday", "not usable"),
        ("weights_sha256", "abc", "64 lower-case"),
    ],
)
def test_a_wrong_field_is_named(saved: Path, field: str, value: object, reason: str) -> None:
    edit_card(saved, **{field: value})

    with pytest.raises(CheckpointError, match=reason):
        read_card(saved)


def test_a_card_survives_json_and_passes_over_unknown_keys() -> None:
    content = json.loads(format_card(make_card())) | {"later_addition": 1}

    assert parse_card(json.dumps(content).encode(), "here") == make_card()


def test_metrics_that_are_not_numbers_never_reach_a_card(tmp_path: Path) -> None:
    card = replace(make_card(), metrics=(MetricRecord("t", "patient", 2, {"iou": float("nan")}),))

    with pytest.raises(ValueError, match="JSON"):
        save_checkpoint(tmp_path / "tiny", STATE, card)

    assert list(tmp_path.iterdir()) == []


def test_a_diverged_model_does_not_replace_the_last_good_one(saved: Path) -> None:
    with pytest.raises(CheckpointError, match=r"'linear\.bias' holds NaN"):
        save_checkpoint(saved, STATE | {"linear.bias": torch.tensor([0.0, torch.nan])}, make_card())

    assert torch.equal(load_checkpoint(saved)[0]["linear.bias"], STATE["linear.bias"])


def test_a_full_disk_leaves_the_older_model_and_no_rubbish(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "save_file", fail)
    with pytest.raises(CheckpointError, match="No space left") as caught:
        save_checkpoint(saved, STATE, make_card())

    assert "disk space" in caught.value.hint
    assert [p.name for p in saved.parent.iterdir()] == ["tiny"]
    load_checkpoint(saved)


@pytest.mark.parametrize("dies_at", [1, 2])
def test_dying_while_a_model_is_replaced_leaves_one_whole(
    saved: Path, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    class KilledError(BaseException):
        pass

    renames = 0
    rename = Path.rename

    def die(self: Path, target: Path) -> Path:
        nonlocal renames
        renames += 1
        if renames == dies_at:
            raise KilledError
        return rename(self, target)

    newer = {name: tensor + 1 for name, tensor in STATE.items()}
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", die)
        # A killed process tidies nothing up either.
        patch.setattr(checkpoint.shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(KilledError):
            save_checkpoint(saved, newer, make_card())

    assert torch.equal(load_checkpoint(saved)[0]["linear.bias"], STATE["linear.bias"])

    save_checkpoint(saved, newer, make_card())
    assert torch.equal(load_checkpoint(saved)[0]["linear.bias"], STATE["linear.bias"] + 1)
    assert [p.name for p in saved.parent.iterdir()] == ["tiny"]


def test_load_into_copies_every_tensor() -> None:
    network = torch.nn.Linear(3, 2)
    state = {name.removeprefix("linear."): tensor for name, tensor in STATE.items()}

    load_into(network, state, "here")

    assert torch.equal(network.weight, STATE["linear.weight"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"weight": torch.zeros(3, 2)}, r"'weight' has shape \(3, 2\) where \(2, 3\) is expected"),
        ({"weight": None}, "'weight' is missing"),
        ({"extra": torch.zeros(1)}, "'extra' has no place in it"),
        ({"bias": torch.zeros(2, dtype=torch.int64)}, "'bias' is torch.int64"),
    ],
)
def test_a_misfit_names_the_tensor_and_leaves_the_network_alone(
    change: dict[str, torch.Tensor | None], reason: str
) -> None:
    network = torch.nn.Linear(3, 2)
    before = network.weight.clone()
    state = {"weight": torch.zeros(2, 3), "bias": torch.zeros(2)} | change
    state = {name: tensor for name, tensor in state.items() if tensor is not None}

    with pytest.raises(CheckpointError, match=reason) as caught:
        load_into(network, state, "weights/tiny")

    assert "weights/tiny" in str(caught.value)
    assert torch.equal(network.weight, before)


class TestStore:
    @pytest.fixture(autouse=True)
    def home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shipped, self.own = tmp_path / "weights", tmp_path / "home" / "models"
        monkeypatch.setenv("CTBOX_HOME", str(tmp_path / "home"))
        monkeypatch.setattr("ctbox.paths.weights_folder", lambda: self.shipped)

    def add(self, parent: Path, name: str) -> ModelCard:
        return read_card(save_checkpoint(parent / name, STATE, make_card(name)))

    def test_a_name_is_found_in_the_users_folder_too(self) -> None:
        self.add(self.shipped, "first")
        self.add(self.own, "second")

        assert find_model("second") == self.own / "second"
        assert load_checkpoint("first")[1].name == "first"

    def test_a_shipped_model_can_not_be_replaced_in_silence(self) -> None:
        self.add(self.shipped, "first")
        self.add(self.own, "first")

        assert find_model("first") == self.shipped / "first"
        listing = list_models()
        assert [card.name for card in listing.cards] == ["first"]
        assert "same name" in listing.problems[0]

    def test_the_default_stands_in_the_manifest(self) -> None:
        cards = {name: self.add(self.shipped, name) for name in ("one", "two")}
        write_manifest(self.shipped, cards, default="two")

        manifest = read_manifest(self.shipped)
        assert manifest is not None
        assert manifest.default == "two"
        assert manifest.sha256_by_name == {n: c.weights_sha256 for n, c in cards.items()}
        assert read_card().name == "two"

    def test_a_manifest_whose_default_is_not_shipped_is_not_written(self) -> None:
        with pytest.raises(ValueError, match="none of"):
            write_manifest(self.shipped, {}, default="one")

    def test_no_shipped_model_says_what_to_do(self) -> None:
        with pytest.raises(CheckpointError, match="No shipped model") as caught:
            load_checkpoint()

        assert "--model" in caught.value.hint

    def test_an_unknown_name_lists_the_known_ones(self) -> None:
        self.add(self.own, "mine")

        with pytest.raises(CheckpointError, match="no model 'yours'") as caught:
            find_model("yours")

        assert "mine" in caught.value.hint

    def test_problems_are_listed_beside_good_models(self) -> None:
        self.add(self.own, "good")
        self.add(self.own, "renamed")
        (self.own / "renamed").rename(self.own / "other")
        self.add(self.own, "cut")
        (self.own / "cut" / "model.safetensors").write_bytes(b"")
        (self.own / "empty").mkdir()

        listing = list_models()

        assert [card.name for card in listing.cards] == ["good"]
        assert {m.name: (m.problem or "")[:20] for m in listing.models} == {
            "good": "",
            "other": "Its card calls it 'r",
            "cut": "Its weights have 0 b",
            "empty": "The model has no car",
        }

    def test_a_model_that_was_being_replaced_is_still_found(self) -> None:
        self.add(self.own, "mine")
        (self.own / "mine").rename(store.previous_folder(self.own / "mine"))

        assert load_checkpoint("mine")[1].name == "mine"


def test_cards_are_read_without_torch() -> None:
    code = (
        "import sys, ctbox.model.store, ctbox.model.card_readme, ctbox.model.splits\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
