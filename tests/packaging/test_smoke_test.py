"""The package test itself: what it installs first, and that a failing step ends it."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest
from deb import Release, build_deb
from smoke_test import (
    WORK,
    ZIP,
    CleanRoot,
    StepError,
    list_steps,
    read_depends,
    run_steps,
    scan_zip,
)

from tests.packaging.test_packing import needs_dpkg


class FailingRoot(CleanRoot):
    """Passes until a command holds a word."""

    def __init__(self, word: str) -> None:
        super().__init__(Path("/nowhere"))
        self.word = word
        self.scripts: list[str] = []

    def run(self, script: str, *, user: str = "", network: bool = False) -> str:
        self.scripts.append(("network: " if network else "") + script)
        if self.word and self.word in script:
            raise StepError(script)
        return ""


@pytest.fixture(autouse=True)
def no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window has a test of its own; a root that is not there can show none."""
    monkeypatch.setattr("smoke_test.prepare", lambda root, deb, case: "'Fall 1.zip'")
    monkeypatch.setattr("smoke_test.edit_in_window", lambda root, case: root.run("window"))
    monkeypatch.setattr("smoke_test.put_zip", lambda root, case: None)
    monkeypatch.setattr("shutil.make_archive", lambda *words: "case.zip")


@needs_dpkg
def test_declared_packages_are_read_without_their_versions(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    (bundle / "_internal").mkdir(parents=True)
    (bundle / "ctbox").write_text("#!/bin/sh\n")
    (bundle / "_internal" / "licences.txt").write_text("all licences")
    release = Release(bundle, "1.0", 1_700_000_000, "libc6 (>= 2.36), libgl1, a | b")

    deb = build_deb(release, tmp_path / "stage", tmp_path, "xz-0")

    assert read_depends(deb) == ["libc6", "libgl1", "a"]


def test_the_network_is_cut_after_the_dependencies() -> None:
    root = FailingRoot("")

    assert run_steps(root, Path("ctbox.deb"), None) == 0
    assert not any(script.startswith("network: ") for script in root.scripts)
    assert len(root.scripts) == len(list_steps(root, Path("ctbox.deb"), "x"))


@pytest.mark.parametrize("word", ["--self-test", "finetune", "window", "ctbox/before", "dpkg -P"])
def test_a_failing_step_fails_the_test(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_steps(FailingRoot(word), Path("ctbox.deb"), None) == 1
    assert "FAILED" in capsys.readouterr().out


def run_script(title: str, programs: dict[str, str], folder: Path) -> int:
    """Run a step's shell lines here, with programs of ours found first; return the exit code."""
    root = FailingRoot("")
    step = dict(list_steps(root, Path("ctbox.deb"), "case"))[title]
    step()
    (script,) = root.scripts
    for name, text in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    script = script.replace(f"cd '{WORK}'", f"cd '{folder}'")
    words = ["/bin/sh", "-ec", script]
    environment = {"PATH": f"{folder}:/bin"}
    return subprocess.run(words, env=environment, check=False, capture_output=True).returncode


@pytest.mark.parametrize("title", ["scan a ZIP", "fine-tune in a worker", "report"])
def test_a_command_that_fails_behind_its_output_fails_the_step(title: str, tmp_path: Path) -> None:
    for name in ("Lauf 1", "Bericht"):
        (tmp_path / name).mkdir()

    assert run_script(title, {"ctbox": "echo fine"}, tmp_path) == 0
    assert run_script(title, {"ctbox": "echo fine; exit 1"}, tmp_path) != 0


@pytest.mark.parametrize(
    ("python", "routes", "passes"),
    [("", 1, True), ("python3", 1, False), ("python", 1, False), ("", 2, False)],
)
def test_a_python_or_a_way_to_a_network_is_noticed(
    python: str, routes: int, passes: bool, tmp_path: Path
) -> None:
    programs = {
        "wc": f"echo {routes}",
        "cat": "",
        # The host has a Python of its own: only the one laid here is seen.
        **({python: ""} if python else {}),
    }
    title = "no Python, no network"
    root = FailingRoot("")
    dict(list_steps(root, Path("ctbox.deb"), "case"))[title]()
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)

    ended = subprocess.run(
        ["/bin/sh", "-ec", root.scripts[0]], env={"PATH": str(tmp_path)}, check=False
    )

    assert (ended.returncode == 0) == passes


def test_a_zip_is_made_where_none_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    work = Path(f"{tmp_path}{WORK}")
    (work / "Übung").mkdir(parents=True)
    (work / "Übung" / "1.dcm").write_bytes(b"x")

    assert scan_zip(CleanRoot(tmp_path), lambda: "scanned") == "scanned"
    assert zipfile.ZipFile(work / ZIP).namelist()[-1] == "Übung/1.dcm"
