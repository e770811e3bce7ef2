"""Choose where to compute: the GPU if it really works, else the CPU, and say which."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from ctbox.errors import DeviceError

DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True)
class ComputeDevice:
    """A usable device.

    Parameters
    ----------
    device : torch.device
        For torch.
    label : str
        For the user: "CPU" or "GPU: name".
    fallback_reason : str
        Why a GPU that seemed to be there is not used; empty otherwise.
    """

    device: torch.device
    label: str
    fallback_reason: str = ""


def choose_device(wanted: str = "auto") -> ComputeDevice:
    """Return a device after a trial computation on it.

    Parameters
    ----------
    wanted : str
        "auto", "cpu" or "cuda".

    Raises
    ------
    DeviceError
        If "cuda" is asked for and unusable, or the name is unknown.
    """
    if wanted not in DEVICES:
        raise DeviceError(f"Unknown device '{wanted}'.", f"Choose one of {', '.join(DEVICES)}.")
    if wanted == "cpu":
        return ComputeDevice(torch.device("cpu"), "CPU")
    reason = find_cuda_problem()
    if reason is None:
        name = torch.cuda.get_device_name(0)
        return ComputeDevice(torch.device("cuda"), f"GPU: {name}")
    if wanted == "cuda":
        raise DeviceError(
            f"The GPU can't be used: {reason}",
            "Choose the CPU, or install a GPU driver and a torch build that fit each other.",
        )
    present = torch.version.cuda is not None and torch.cuda.is_available()
    return ComputeDevice(torch.device("cpu"), "CPU", reason if present else "")


def find_cuda_problem() -> str | None:
    """Return why CUDA can't be used, or None if a trial computation succeeds."""
    if torch.version.cuda is None:
        return "this torch build knows no CUDA."
    if not torch.cuda.is_available():
        return "no CUDA device was found."
    try:
        total = float((torch.ones(8, 8, device="cuda") @ torch.ones(8, 8, device="cuda")).sum())
    except RuntimeError as error:  # what torch raises for a broken driver or a full card
        return str(error).splitlines()[0]
    return None if total == 512.0 else "a trial computation gave a wrong result."
