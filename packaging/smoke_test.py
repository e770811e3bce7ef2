"""Try the installed package as a user would: `python packaging/smoke_test.py dist/ctbox_….deb`.

A bare Debian is made with debootstrap; the package's declared dependencies go in first. Then the
network is cut (`unshare -n`), the package is installed, and another user, with a space and letters
beyond ASCII in the name of the home, works with it. Needs root, debootstrap, Xvfb and xdotool;
prints a line a step, and exits with 1 at the first that fails.

    --mirror URL   of Debian's packages       --root DIR   a root that debootstrap made before
    --case ZIP     a real case to open; a synthetic one is used otherwise
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from window_test import SOCKETS, WindowError, edit_and_recover

MIRROR = "http://deb.debian.org/debian"
SUITE = "bookworm"
USER = "leser"
HOME = "/home/Ärztin Müller"
WORK = f"{HOME}/Fälle und Bilder"
ZIP = "Fall 1.zip"
# Where boxes are saved: a hand on a keyboard without umlauts types it.
BOXES = "/srv/boxes"
_LIMIT_S = 1500


class StepError(Exception):
    """A step failed; the text is what it said."""


class CleanRoot:
    """A bare Debian in a folder, and commands run in it.

    Parameters
    ----------
    folder : pathlib.Path
        Its root.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, script: str, *, user: str = "", network: bool = False) -> str:
        """Run shell lines in it and return what they print.

        Raises
        ------
        StepError
            If they end with anything but 0.
        """
        words = [*self._enter(user, network), "DEBIAN_FRONTEND=noninteractive", "sh", "-ec", script]
        ended = subprocess.run(
            words, capture_output=True, text=True, timeout=_LIMIT_S, check=False, errors="replace"
        )
        if ended.returncode:
            raise StepError(f"{script}\n{ended.stdout[-4000:]}\n{ended.stderr[-4000:]}")
        return ended.stdout + ended.stderr

    def start(self, script: str, *, user: str, display: str) -> subprocess.Popen[bytes]:
        """Start one command as the last of shell lines; the process returned is its own."""
        words = [*self._enter(user, network=False), f"DISPLAY={display}", "sh", "-ec", script]
        return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _enter(self, user: str, network: bool) -> list[str]:
        words = [] if network else ["unshare", "-n"]
        words += ["chroot", *([f"--userspec={user}"] if user else []), str(self.folder)]
        words += ["env", "-i", f"HOME={HOME if user else '/root'}"]
        return [*words, "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"]

    @contextmanager
    def mounted(self) -> Iterator[None]:
        """Give it /proc, /dev and shared memory while the block runs."""
        inner = (("proc", "proc"), ("devtmpfs", "dev"), ("tmpfs", "dev/shm"))
        done: list[Path] = []
        try:
            for kind, place in inner:
                target = self.folder / place
                target.mkdir(exist_ok=True)
                subprocess.run(["mount", "-t", kind, kind, str(target)], check=True)
                done.append(target)
            # A display is a socket in this folder, so it passes where no network does.
            SOCKETS.mkdir(mode=0o1777, exist_ok=True)
            lent = self.folder / SOCKETS.relative_to("/")
            lent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", "--bind", str(SOCKETS), str(lent)], check=True)
            done.append(lent)
            yield
        finally:
            for target in reversed(done):
                subprocess.run(["umount", "-l", str(target)], check=False)


def read_depends(deb: Path) -> list[str]:
    """Return the names of the packages that a .deb declares."""
    words = ["dpkg-deb", "--field", str(deb), "Depends"]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return [re.sub(r"\(.*?\)", "", each).split("|")[0].strip() for each in told.split(",")]


def list_steps(root: CleanRoot, deb: Path, case: str) -> list[tuple[str, Callable[[], str]]]:
    """Return the steps after the dependencies: a title and what to call or run."""
    new = f"cd '{WORK}' && "

    def as_user(script: str) -> Callable[[], str]:
        return lambda: root.run(new + script, user=f"{USER}:{USER}")

    def as_root(script: str) -> Callable[[], str]:
        return lambda: root.run(script)

    return [
        # No `!` before a command: `sh -e` goes on after it, whatever came of it.
        ("no Python, no network", as_root(
            'test -z "$(command -v python3 || command -v python)"; '
            'test "$(wc -l </proc/net/route)" -le 1; cat /proc/net/route')),
        ("install", as_root(
            f'dpkg -i /root/{deb.name} && dpkg --audit && test -z "$(dpkg --verify ctbox)"')),
        ("read-only program", as_user(
            "test -d /opt/ctbox; test ! -w /opt/ctbox; test ! -w /opt/ctbox/_internal")),
        ("menu, icon, type, man page", as_root(
            "ls /usr/share/applications/ctbox.desktop /usr/share/mime/packages/ctbox.xml "
            "/usr/share/icons/hicolor/scalable/apps/ctbox.svg /usr/share/man/man1/ctbox.1.gz "
            "/usr/share/doc/ctbox/copyright")),
        ("version", as_user("ctbox --version")),
        ("self-test", as_user("ctbox --self-test")),
        ("synthetic patients", as_user("ctbox phantom 'Übung' --patients 6 --seed 5")),
        ("scan a ZIP", lambda: scan_zip(root, as_user(f"ctbox scan {case}"))),
        ("predict", as_user(f"ctbox predict {case} --json 'Kästen.json' && ls -l 'Kästen.json'")),
        ("fine-tune in a worker", as_user(
            "ctbox finetune --dicom 'Übung' --subtype A --name 'kurz' --steps 6 --out 'Lauf 1' "
            "2>&1; ls 'Lauf 1'")),
        ("edit, be killed, recover, save", lambda: edit_in_window(root, case)),
        ("report", as_user("ctbox report 'Übung' --out 'Bericht'; ls Bericht")),
        # dpkg takes the same version for an upgrade: the old one's scripts run, then the new one's.
        ("install over it", as_root(
            f"touch '{HOME}/.config/ctbox/before'; dpkg -i /root/{deb.name}; "
            f"test -z \"$(dpkg --verify ctbox)\"; ls '{HOME}/.config/ctbox/before'")),
        ("settings are kept on remove", as_root(
            f"touch '{HOME}/.config/ctbox/mine'; dpkg -r ctbox; test ! -e /opt/ctbox; "
            f"test ! -e /usr/bin/ctbox; ls '{HOME}/.config/ctbox/mine'")),
        ("install again and purge", as_root(
            f"dpkg -i /root/{deb.name} >/dev/null && dpkg -P ctbox && test ! -e /opt/ctbox && "
            f"test ! -e '{HOME}/.config/ctbox' && test ! -e '{HOME}/.local/share/ctbox' && "
            f"ls '{WORK}'")),
    ]  # fmt: skip


def edit_in_window(root: CleanRoot, case: str) -> str:
    """Draw boxes in the installed window, kill it, recover and save them."""
    user = f"{USER}:{USER}"
    saved = Path(f"{root.folder}{BOXES}")
    root.run(f"mkdir -p {BOXES} && chmod 777 {BOXES}")

    def start(display: str) -> subprocess.Popen[bytes]:
        return root.start(f"cd '{WORK}'; exec ctbox view {case}", user=user, display=display)

    return edit_and_recover(start, Path(f"{root.folder}{HOME}"), (saved, BOXES))


def prepare(root: CleanRoot, deb: Path, case: Path | None) -> str:
    """Put dependencies, user, package and case in; return the case's name for the shell."""
    names = " ".join(read_depends(deb))
    root.run(f"apt-get update -q && apt-get install -y -q --no-install-recommends {names} "
             "fonts-dejavu-core && apt-get clean", network=True)  # fmt: skip
    root.run(
        f"useradd --create-home --home-dir '{HOME}' --shell /bin/sh {USER}; "
        f"mkdir -p '{WORK}' '{HOME}/.config/ctbox'; chown -R {USER}:{USER} '{HOME}'"
    )
    shutil.copy(deb, root.folder / "root" / deb.name)
    if case is not None:
        put_zip(root, case)
    return f"'{ZIP}'"


def put_zip(root: CleanRoot, case: Path) -> None:
    """Lay a ZIP where the user works, as one that may be read by all."""
    target = Path(f"{root.folder}{WORK}") / ZIP
    shutil.copy(case, target)
    target.chmod(0o644)


def scan_zip(root: CleanRoot, scan: Callable[[], str]) -> str:
    """Scan the case; where none was given, the first synthetic patients are packed for it.

    Raises
    ------
    StepError
        If the scan fails.
    """
    work = Path(f"{root.folder}{WORK}")
    if not (work / ZIP).is_file():
        with tempfile.TemporaryDirectory() as scratch:
            packed = shutil.make_archive(f"{scratch}/case", "zip", work, "Übung")
            put_zip(root, Path(packed))
    return scan()


def main() -> int:
    """Run every step; return 0 if all passed, else 1."""
    words = argparse.ArgumentParser(description="Try the installed package in a bare Debian.")
    words.add_argument("deb", type=Path)
    words.add_argument("--mirror", default=MIRROR)
    words.add_argument("--root", type=Path, help="a root that debootstrap made before; copied")
    words.add_argument("--case", type=Path)
    options = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="ctbox-smoke-") as scratch:
        folder = Path(scratch) / "root"
        if options.root is None:
            made = ["debootstrap", "--variant=minbase", SUITE, str(folder), options.mirror]
        else:
            made = ["cp", "-a", str(options.root), str(folder)]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
        root = CleanRoot(folder)
        with root.mounted():
            return run_steps(root, options.deb.resolve(), options.case)


def run_steps(root: CleanRoot, deb: Path, case: Path | None) -> int:
    """Prepare the root, run the steps in it and print how each ended."""
    try:
        started = time.monotonic()
        name = prepare(root, deb, case)
        print(f"ok    dependencies ({time.monotonic() - started:.0f} s)", flush=True)
        for title, step in list_steps(root, deb, name):
            started = time.monotonic()
            told = step()
            print(f"ok    {title} ({time.monotonic() - started:.1f} s)", flush=True)
            print("".join(f"      | {line}\n" for line in str(told).splitlines()[-14:]), end="")
    except (StepError, WindowError) as error:
        print(f"FAILED\n{error}", flush=True)
        return 1
    print("package test passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
