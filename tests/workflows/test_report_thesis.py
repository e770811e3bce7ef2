"""The thesis's test subset is the one that training held out, or it is not known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ctbox.evaluation.breakdown import SummaryOptions
from ctbox.model.card import ModelCard, SplitRecord, TrainingRecord
from ctbox.model.linking import hash_slices
from ctbox.model.recipe import Recipe, Stage
from ctbox.model.splits import SplitKind
from ctbox.progress import TaskContext
from ctbox.workflows import train as workflow
from ctbox.workflows.open_case import open_case
from ctbox.workflows.report_thesis import find_test_slices, make_thesis_table
from ctbox.workflows.samples import Samples, collect_samples
from ctbox.workflows.train import TrainRequest, train
from tests.model.toy import make_config
from tests.workflows.report_scenes import make_card, write_patient

CODES = ("A0901", "B0901", "E0901", "G0901")


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four patients, two of whom have a single annotated slice: it may be held out whole."""
    root = tmp_path_factory.mktemp("thesis")
    for number, code in enumerate(CODES):
        write_patient(root, code, number)
    for code in CODES[2:]:
        for path in sorted((root / "Annotation" / code).glob("*.xml"))[1:]:
            path.unlink()
    return root


@pytest.fixture(scope="module")
def samples(collection: Path) -> Samples:
    return collect_samples(open_case(collection, None, TaskContext()))


def make_thesis_card(samples: Samples, seed: int) -> tuple[ModelCard, frozenset[str]]:
    """Return the card that a training by the thesis's protocol writes, and what it held out."""
    request = TrainRequest(
        Path(), None, "lung-detector", Path(), seed=seed, split=SplitKind.SLICE_RANDOM
    )
    fold = workflow._make_fold(request, samples, ())
    held_out = samples.select(fold.held_out)
    kept = [samples.keys[index] for index in fold.training]
    lost = [samples.keys[index] for index in fold.held_out]
    card = make_card(
        "thesis",
        seed=seed,
        training=TrainingRecord(
            tuple(sorted({key.series_uid for key in kept})),
            tuple(sorted({key.patient_id for key in kept})),
        ),
        split=SplitRecord(
            fold.label,
            tuple(sorted({key.patient_id for key in lost})),
            leaky=True,
            held_out_sha256=hash_slices(held_out),
        ),
    )
    return card, held_out


def is_held_out_whole(samples: Samples, card: ModelCard) -> bool:
    return len(card.training.series_instance_uids) < len(samples.cases)


def leave_out(samples: Samples, *sop_uids: str) -> Samples:
    return replace(samples, keys=tuple(k for k in samples.keys if k.sop_uid not in sop_uids))


def test_the_draw_is_that_of_the_training_also_where_a_series_was_held_out_whole(
    samples: Samples,
) -> None:
    cards = [make_thesis_card(samples, seed) for seed in range(30)]
    assert {is_held_out_whole(samples, card) for card, _ in cards} == {True, False}
    for card, held_out in cards:
        assert find_test_slices(card, samples) == held_out


def test_another_draw_is_never_taken_for_it(samples: Samples) -> None:
    """A slice is missing: every training series may be there still, and yet the draw is another."""
    options = SummaryOptions(split="x", model="thesis", resamples=1)
    answers = []
    for seed in range(30):
        card, held_out = make_thesis_card(samples, seed)
        for key in samples.keys[::3]:
            answer = find_test_slices(card, leave_out(samples, key.sop_uid))
            assert answer in (None, held_out)  # by chance it may be the same
            answers.append(answer)
        table = make_thesis_table(card, leave_out(samples, *held_out), (), None, options)
        assert "is not known" in table.note
    assert answers.count(None) > 0.7 * len(answers)


def test_strangers_and_new_series_do_not_hide_the_draw(samples: Samples) -> None:
    strange = replace(samples.keys[0], patient_id="Lung_Dx-A0999", series_uid="9.1", sop_uid="9.2")
    new = replace(samples.keys[0], series_uid="9.3", sop_uid="9.4")
    for seed in range(10):
        card, held_out = make_thesis_card(samples, seed)
        more = replace(samples, keys=(strange, *samples.keys))
        assert find_test_slices(card, more) == held_out
        newer = replace(samples, keys=(*samples.keys, new))
        whole = is_held_out_whole(samples, card)
        assert find_test_slices(card, newer) == (None if whole else held_out)


def test_a_card_that_notes_no_test_subset_has_none(samples: Samples) -> None:
    card, _ = make_thesis_card(samples, 1)
    silent = replace(card, split=replace(card.split, held_out_sha256=""))
    assert find_test_slices(silent, samples) is None
    options = SummaryOptions(split="x", model="thesis", resamples=1)
    assert "does not note" in make_thesis_table(silent, samples, (), None, options).note


def test_training_writes_what_it_held_out_into_the_card(
    collection: Path, samples: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = Recipe((Stage("first", make_config(epochs=1, seed=7)),))
    monkeypatch.setattr(workflow, "make_recipe", lambda *_: recipe)

    def learn_nothing(recipe: Recipe, *_: Any) -> Any:
        from ctbox.model.networks.detector import LungDetector

        state = LungDetector(recipe.model).state_dict()
        return SimpleNamespace(state=state, cancelled=True, history=(), best_epoch=0)

    monkeypatch.setattr("ctbox.model.recipe_training.train_recipe", learn_nothing)
    request = TrainRequest(
        collection,
        None,
        "lung-detector",
        tmp_path / "run",
        seed=7,
        split=SplitKind.SLICE_RANDOM,
        device="cpu",
    )
    from ctbox.model.checkpoint import read_card

    card = read_card(train(request, TaskContext()).folder)
    _, held_out = make_thesis_card(samples, 7)
    assert card.split.held_out_sha256 == hash_slices(held_out) != ""
    assert find_test_slices(card, samples) == held_out
