"""What removing, upgrading and purging the .deb does to what users made."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.packaging.conftest import PACKAGING

PLACES = (".config/ctbox", ".local/share/ctbox", ".cache/ctbox", ".local/state/ctbox")


@pytest.fixture
def homes(tmp_path: Path) -> Path:
    """Homes of root, a service and two readers, and a command that lists them."""
    rows = []
    for name, number in (("root", 0), ("service", 110), ("Ärztin Müller", 1000), ("zwei", 1001)):
        home = tmp_path / "home" / name
        for place in PLACES:
            (home / place).mkdir(parents=True)
            (home / place / "file").write_text("mine")
        (home / "Bilder").mkdir()
        rows.append(f"u{number}:x:{number}:{number}::{home}:/bin/sh")
    rows.append("nobody:x:65534:65534::/nonexistent:/bin/sh")
    hands = tmp_path / "hands"
    hands.mkdir()
    listing = "\n".join(rows)
    (hands / "getent").write_text(f"#!/bin/sh\ncat <<'END'\n{listing}\nEND\n")
    for name in ("update-desktop-database", "update-mime-database"):
        (hands / name).write_text("#!/bin/sh\n")
    for hand in hands.iterdir():
        hand.chmod(0o755)
    return tmp_path / "home"


def run_postrm(homes: Path, word: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(PACKAGING / "linux" / "postrm"), word],
        env={"PATH": f"{homes.parent / 'hands'}:{os.environ['PATH']}"},
        check=False, capture_output=True, text=True,
    )  # fmt: skip


def find_kept(home: Path) -> set[str]:
    return {place for place in PLACES if (home / place / "file").is_file()}


@pytest.mark.parametrize("word", ["remove", "upgrade", "failed-upgrade", "abort-install"])
def test_only_purging_takes_what_users_made(homes: Path, word: str) -> None:
    assert run_postrm(homes, word).returncode == 0
    assert all(find_kept(home) == set(PLACES) for home in homes.iterdir())


def test_purging_takes_the_data_of_people_alone(homes: Path) -> None:
    assert run_postrm(homes, "purge").returncode == 0

    assert find_kept(homes / "service") == set(PLACES)
    for name in ("root", "Ärztin Müller", "zwei"):
        assert find_kept(homes / name) == set()
        assert (homes / name / "Bilder").is_dir()


def test_purging_follows_no_link_out_of_a_home(homes: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    (shared / "ctbox").mkdir(parents=True)
    (shared / "ctbox" / "file").write_text("of all")
    config = homes / "zwei" / ".config"
    (config / "ctbox" / "file").unlink()
    (config / "ctbox").rmdir()
    config.rmdir()
    config.symlink_to(shared)

    assert run_postrm(homes, "purge").returncode == 0
    assert (shared / "ctbox" / "file").is_file()


def test_a_home_that_refuses_does_not_keep_the_package(homes: Path) -> None:
    hand = homes.parent / "hands" / "rm"
    hand.write_text('#!/bin/sh\ncase "$*" in *zwei*) exit 1 ;; esac\nexec /bin/rm "$@"\n')
    hand.chmod(0o755)
    (homes / "Ärztin Müller").rename(homes / "letzte")
    getent = homes.parent / "hands" / "getent"
    last = f"u1002:x:1002:1002::{homes / 'letzte'}:/bin/sh"
    getent.write_text(getent.read_text().replace("nobody:x", f"{last}\nnobody:x"))

    ended = run_postrm(homes, "purge")

    assert ended.returncode == 0
    assert "zwei/.config/ctbox could not be removed" in ended.stderr
    assert find_kept(homes / "letzte") == set()
