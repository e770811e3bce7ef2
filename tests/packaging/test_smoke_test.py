"""The package test itself: what it installs first, and that a failing step ends it."""

from __future__ import annotations

from pathlib import Path

import pytest
from deb import Release, build_deb
from smoke_test import CleanRoot, StepError, list_steps, read_depends, run_steps

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


@needs_dpkg
def test_declared_packages_are_read_without_their_versions(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    (bundle / "_internal").mkdir(parents=True)
    (bundle / "ctbox").write_text("#!/bin/sh\n")
    release = Release(bundle, "1.0", 1_700_000_000, "libc6 (>= 2.36), libgl1, a | b")

    deb = build_deb(release, tmp_path / "stage", tmp_path, "xz-0")

    assert read_depends(deb) == ["libc6", "libgl1", "a"]


def test_the_network_is_cut_after_the_dependencies() -> None:
    root = FailingRoot("")

    assert run_steps(root, Path("ctbox.deb"), None) == 0
    assert not any(script.startswith("network: ") for script in root.scripts)
    assert len(root.scripts) == len(list_steps(root, Path("ctbox.deb"), "x"))


@pytest.mark.parametrize("word", ["--self-test", "finetune", "window", "dpkg -P"])
def test_a_failing_step_fails_the_test(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_steps(FailingRoot(word), Path("ctbox.deb"), None) == 1
    assert "FAILED" in capsys.readouterr().out
