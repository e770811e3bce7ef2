"""The release workflow, as far as it can be tried without its hosts."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.packaging.conftest import PACKAGING

ROOT = PACKAGING.parent
WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"
_FILES = {
    "linux": ("ctbox_1.2.3_amd64.deb", "ctbox-1.2.3-linux_x86_64.tar.gz", "SHA256SUMS"),
    "windows": ("ctbox-1.2.3-setup.exe", "SHA256SUMS"),
    "macos": ("ctbox-1.2.3.dmg", "ctbox-1.2.3.dmg.sha256"),
}


@pytest.fixture
def jobs() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    return found


def find_script(job: dict[str, Any], name: str) -> str:
    (script,) = (step["run"] for step in job["steps"] if step.get("name") == name)
    return str(script)


def run_step(script: str, folder: Path) -> str:
    (folder / "gh").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (folder / "gh").chmod(0o755)
    environment = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "GITHUB_REF_NAME": "v1.2.3",
        "GITHUB_REPOSITORY": "someone/ctbox",
    }
    words = ["bash", "-eo", "pipefail", "-c", script]
    ended = subprocess.run(
        words, cwd=folder, env=environment, check=True, capture_output=True, text=True
    )
    return ended.stdout


def test_users_get_every_file_and_sums_that_can_be_checked(
    jobs: dict[str, Any], tmp_path: Path
) -> None:
    for kind, names in _FILES.items():
        inner = tmp_path / "dist" / f"ctbox-{kind}" / "ctbox" / "_internal"
        inner.mkdir(parents=True)
        for name in names:
            (inner.parents[1] / name).write_text(f"{kind} {name}")
        for name in ("sbom.cdx.json", "licences.txt"):
            (inner / name).write_text(f"{kind} {name}")

    run_step(find_script(jobs["publish"], "Files of the release and their sums"), tmp_path)
    words = run_step(find_script(jobs["publish"], "Draft of the release"), tmp_path).splitlines()
    checked = subprocess.run(
        ["sha256sum", "--strict", "--check", "SHA256SUMS"],
        cwd=tmp_path / "release", check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip

    expected = {each for names in _FILES.values() for each in names if "sha256" not in each.lower()}
    expected |= {f"ctbox-1.2.3-{kind}.sbom.cdx.json" for kind in _FILES}
    expected |= {f"ctbox-1.2.3-{kind}.licences.txt" for kind in _FILES}
    assert {line.split(":")[0] for line in checked.splitlines()} == expected
    assert {f"release/{name}" for name in (*expected, "SHA256SUMS")} < set(words)


def test_makensis_is_given_whole_paths(jobs: dict[str, Any]) -> None:
    """It works in the script's own folder: a path from the checkout leads nowhere there."""
    script = find_script(jobs["build"], "Windows installer")

    for name in ("BUNDLE", "OUTPUT"):
        assert f'-D{name}="$(cygpath -w "$PWD/dist/' in script


def test_every_target_and_file_that_a_step_names_is_there(jobs: dict[str, Any]) -> None:
    scripts = "\n".join(step.get("run", "") for step in jobs["build"]["steps"])
    targets = re.findall(r"^make ([\w-]+)", scripts, re.MULTILINE)
    files = re.findall(r"\bpackaging/[\w./]+", scripts)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert targets
    assert all(f"\n{target}:" in makefile for target in targets)
    assert len(files) >= 3
    assert all((ROOT / file).is_file() for file in files)
    assert os.access(PACKAGING / "macos" / "build_dmg.sh", os.X_OK)
