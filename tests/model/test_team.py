"""Two processes on the CPU train as one does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from typing import Any

import pytest

from ctbox.errors import DeviceError, TrainingDataError
from ctbox.model.ranks import count_processes, find_rank
from ctbox.model.team import Team, can_use_gpus, join_team
from ctbox.model.training import FitOptions, fit
from tests.conftest import REPOSITORY
from tests.model.team_member import BASELINE, CONFIG, describe, make_data

RANKS = 2


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What each of two processes found, as torchrun would start them."""
    folder = tmp_path_factory.mktemp("team")
    place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(find_free_port())}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.model.team_member", str(folder)],
            cwd=REPOSITORY,
            env={**os.environ, **place, "RANK": str(rank), "WORLD_SIZE": str(RANKS)},
        )
        for rank in range(RANKS)
    ]
    try:
        assert [each.wait(timeout=200) for each in running] == [0] * RANKS
    finally:
        for each in running:
            each.kill()
    return [json.loads((folder / f"rank-{rank}.json").read_text()) for rank in range(RANKS)]


@pytest.mark.parametrize(("kind", "config"), [("detector", CONFIG), ("baseline", BASELINE)])
def test_two_processes_train_as_one(told: list[dict[str, Any]], kind: str, config: Any) -> None:
    alone = describe(fit(config, make_data(), options=FitOptions(device="cpu")))
    for each in told:
        assert each[kind]["losses"] == pytest.approx(alone["losses"], rel=1e-4)
        assert each[kind]["ious"] == pytest.approx(alone["ious"], abs=0.02)
        for name, (_, size) in alone["weights"].items():  # type: ignore[attr-defined]
            assert each[kind]["weights"][name][1] == pytest.approx(size, rel=2e-3, abs=1e-2), name
    assert told[0][kind] == told[1][kind]


def test_rank_0_alone_saves_and_all_go_on_from_it(told: list[dict[str, Any]]) -> None:
    assert told[0]["saved"]
    assert told[1]["saved"] == []
    assert told[0]["wrote"]
    for each in told:
        assert each["resumed"] == each["detector"]


def test_one_rank_s_stop_stops_all_before_the_same_step(told: list[dict[str, Any]]) -> None:
    assert [each["cancelled"]["cancelled"] for each in told] == [True, True]
    assert told[0]["cancelled"] == told[1]["cancelled"]
    assert len(told[0]["cancelled"]["losses"]) == 1


def test_one_rank_s_nan_ends_all(told: list[dict[str, Any]]) -> None:
    for each in told:
        assert "became nan at step 1" in each["diverged"]


def test_shared_normalisation_is_that_of_the_whole_batch(told: list[dict[str, Any]]) -> None:
    for each in told:
        assert max(each["norms"]) < 2e-5


@pytest.mark.parametrize(("count", "size"), [(12, 2), (5, 2), (7, 3), (3, 3)])
def test_shares_cover_a_batch_once(count: int, size: int) -> None:
    shares = [Team(rank, size).find_share(count) for rank in range(size)]
    covered = [index for share in shares for index in range(count)[share]]
    assert covered == list(range(count))
    lengths = [len(range(count)[share]) for share in shares]
    assert max(lengths) - min(lengths) <= 1


def test_without_torchrun_one_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    assert (find_rank(), count_processes()) == (0, 1)
    with join_team("cpu") as team:
        assert (team.rank, team.size) == (0, 1)


def test_a_batch_smaller_than_the_team_is_refused() -> None:
    options = FitOptions(device="cpu", team=Team(0, 6))
    with pytest.raises(TrainingDataError, match="cannot be shared by 6"):
        fit(CONFIG, make_data(), options=options)


def test_too_few_gpus_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "3")
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    assert not can_use_gpus("auto")
    with pytest.raises(DeviceError, match="3 processes need a GPU each, and there are 1"):
        can_use_gpus("cuda")
