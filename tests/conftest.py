"""Fixtures that every room of the suite shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says more of the machine than of the code.
settings.register_profile("ctbox", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ctbox")

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# The tests read English words, whatever language this machine speaks.
os.environ["CTBOX_LANGUAGE"] = "en"
# As ctbox.__main__ does: threads that wait in busy loops slow a shared machine down.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

REPOSITORY = Path(__file__).resolve().parent.parent


def find_data_folder() -> Path | None:
    """Return the folder with `lung-pet-ct-dx` and `codec-zoo`, or None where there is none."""
    candidates = [os.environ.get("CTBOX_DATA"), REPOSITORY.parent / "shared" / "data"]
    for candidate in candidates:
        if candidate is not None and (Path(candidate) / "lung-pet-ct-dx").is_dir():
            return Path(candidate)
    return None


@pytest.fixture(scope="session")
def data_folder() -> Path:
    folder = find_data_folder()
    if folder is None:
        pytest.skip("Real data not found: set CTBOX_DATA to the folder with lung-pet-ct-dx/.")
    return folder


@pytest.fixture(scope="session")
def real_data(data_folder: Path) -> Path:
    """The folder with the real patients' ZIPs, Annotation.tar.xz and the tables."""
    return data_folder / "lung-pet-ct-dx"


@pytest.fixture(scope="session")
def codec_zoo(data_folder: Path) -> Path:
    return data_folder / "codec-zoo"
