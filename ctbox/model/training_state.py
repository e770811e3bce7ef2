"""A training run's state on disk, to go on after a kill as if nothing had happened.

One safetensors file with all tensors and, in its header, the rest as JSON: written beside and
renamed, so that there is always a whole one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import safetensors
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from ctbox.errors import CheckpointError
from ctbox.model.config import TrainingConfig, config_from_dict, config_to_dict
from ctbox.model.training_updates import EpochFinished

STATE_FILE = "training-state.safetensors"


@dataclass
class RunState:
    """Where a run stands after whole epochs.

    Parameters
    ----------
    epoch : int
        Epochs finished.
    batch_size : int
        Now, after any halving.
    best_iou : float or None
        Of the best epoch; None without validation.
    best_epoch : int
        Its number from 1; 0 before the first.
    best : dict
        The best weights.
    history : list of EpochFinished
        All epochs so far.
    """

    epoch: int = 0
    batch_size: int = 1
    best_iou: float | None = None
    best_epoch: int = 0
    best: dict[str, Tensor] = field(default_factory=dict)
    history: list[EpochFinished] = field(default_factory=list)


def save_run_state(
    folder: Path,
    run: RunState,
    modules: Mapping[str, nn.Module],
    optimizer: torch.optim.Optimizer,
    config: TrainingConfig,
) -> None:
    """Write the state of a run.

    Raises
    ------
    CheckpointError
        If the disk refuses; an older state stays.
    """
    tensors = {f"best/{name}": t for name, t in run.best.items()}
    for prefix, module in modules.items():
        tensors |= {f"{prefix}/{name}": t for name, t in module.state_dict().items()}
    for index, values in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer/{index}/{name}": torch.as_tensor(t) for name, t in values.items()}
    # Tensors must not share memory in the file.
    owned = {name: t.detach().cpu().contiguous().clone() for name, t in tensors.items()}
    note = {
        "epoch": run.epoch,
        "batch_size": run.batch_size,
        "best_iou": run.best_iou,
        "best_epoch": run.best_epoch,
        "history": [asdict(entry) for entry in run.history],
        "config": config_to_dict(config),
    }
    target = folder / STATE_FILE
    temporary = target.with_suffix(".tmp")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_file(owned, temporary, metadata={"run": json.dumps(note)})
        temporary.replace(target)
    except (OSError, safetensors.SafetensorError) as error:
        temporary.unlink(missing_ok=True)
        raise CheckpointError(
            f"The training state could not be saved ({error}).",
            "Free disk space; the state of the epoch before is untouched.",
            target,
        ) from error


def load_run_state(
    folder: Path,
    modules: Mapping[str, nn.Module],
    optimizer: torch.optim.Optimizer,
    config: TrainingConfig,
) -> RunState | None:
    """Fill modules and optimizer from a saved state; None if there is none.

    Raises
    ------
    CheckpointError
        If the state is damaged or belongs to another configuration.
    """
    path = folder / STATE_FILE
    if not path.is_file():
        return None
    note, tensors = _read(path)
    # Parsed, so that a field added since then counts as its default.
    if config_from_dict(TrainingConfig, note["config"]) != config:
        raise CheckpointError(
            "The saved training state belongs to another configuration.",
            "Resume with the same settings, or choose an empty output folder.",
            path,
        )
    for prefix, module in modules.items():
        module.load_state_dict(_select(tensors, f"{prefix}/"))
    state = optimizer.state_dict()
    state["state"] = _gather_optimizer(_select(tensors, "optimizer/"))
    optimizer.load_state_dict(state)
    return RunState(
        epoch=note["epoch"],
        batch_size=note["batch_size"],
        best_iou=note["best_iou"],
        best_epoch=note["best_epoch"],
        best=_select(tensors, "best/"),
        history=[EpochFinished(**entry) for entry in note["history"]],
    )


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    try:
        with safetensors.safe_open(path, framework="pt", device="cpu") as file:
            note = json.loads((file.metadata() or {})["run"])
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except (OSError, safetensors.SafetensorError, KeyError, ValueError) as error:
        raise CheckpointError(
            f"The saved training state can't be read ({error}).",
            "Delete it to train from the start.",
            path,
        ) from error
    return note, tensors


def _select(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}


def _gather_optimizer(tensors: Mapping[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        index, key = name.split("/", 1)
        state.setdefault(int(index), {})[key] = tensor
    return state
