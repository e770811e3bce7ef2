"""The Debian package: the bundle under /opt, and what tells the desktop of it."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from file_lists import list_files, stamp_tree

_LINUX = Path(__file__).resolve().parent / "linux"
PROGRAM_FOLDER = "opt/ctbox"
_PLACES = {
    "ctbox.desktop": "usr/share/applications/ctbox.desktop",
    "ctbox.xml": "usr/share/mime/packages/ctbox.xml",
    "ctbox.svg": "usr/share/icons/hicolor/scalable/apps/ctbox.svg",
}
_MAINTAINER = "The ctbox developers <ctbox@invalid>"
_DESCRIPTION = """find lung tumours on CT
 ctbox opens chest CT in DICOM, shows the radiologist's boxes beside predicted
 ones and says how well they agree, outlines and measures tumours, fine-tunes
 its model and writes reports. It brings its own Python and model, and works
 without a network. For research only, not for diagnosis.
"""


@dataclass(frozen=True)
class Release:
    """What is packed.

    Parameters
    ----------
    bundle : pathlib.Path
        PyInstaller's folder.
    version : str
        Of ctbox.
    seconds : int
        Time of every file.
    depends : str
        The ``Depends`` field.
    architecture : str
        In Debian's words.
    """

    bundle: Path
    version: str
    seconds: int
    depends: str
    architecture: str = "amd64"

    @property
    def file_name(self) -> str:
        """The package's file name."""
        return f"ctbox_{self.version}_{self.architecture}.deb"


def format_control(release: Release, installed_kib: int) -> str:
    """Return the package's control file."""
    return (
        "Package: ctbox\n"
        f"Version: {release.version}\n"
        f"Architecture: {release.architecture}\n"
        "Section: science\n"
        "Priority: optional\n"
        f"Maintainer: {_MAINTAINER}\n"
        f"Installed-Size: {installed_kib}\n"
        f"Depends: {release.depends}\n"
        "Recommends: fonts-dejavu-core | fonts-noto-core, shared-mime-info, desktop-file-utils\n"
        f"Description: {_DESCRIPTION}"
    )


def format_changelog(release: Release) -> str:
    """Return the one entry that Debian's tools read; what changed is told in CHANGELOG.md."""
    date = format_datetime(datetime.fromtimestamp(release.seconds, UTC))
    return (
        f"ctbox ({release.version}) unstable; urgency=medium\n\n"
        "  * What changed stands in CHANGELOG.md.gz beside this file.\n\n"
        f" -- {_MAINTAINER}  {date}\n"
    )


def build_deb(release: Release, stage: Path, target_folder: Path, level: str) -> Path:
    """Lay the package's tree out and pack it; return the file.

    Parameters
    ----------
    release : Release
        What is packed.
    stage : pathlib.Path
        A folder to lay it out in; replaced if it is there.
    target_folder : pathlib.Path
        Where the file goes.
    level : str
        Compression as dpkg-deb says it: "xz-6", "zstd-19".
    """
    shutil.rmtree(stage, ignore_errors=True)
    _lay_out(release, stage)
    stamp_tree(stage, release.seconds)
    target = target_folder / release.file_name
    kind, _, strength = level.partition("-")
    words = ["dpkg-deb", "--root-owner-group", f"-Z{kind}", f"-z{strength}", "--build"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(release.seconds)}
    subprocess.run([*words, str(stage), str(target)], check=True, env=environment)
    return target


def _lay_out(release: Release, stage: Path) -> None:
    program = stage / PROGRAM_FOLDER
    # Hard links: the bundle is not copied, and nothing writes to it any more.
    shutil.copytree(release.bundle, program, symlinks=True, copy_function=os.link)
    for name, place in _PLACES.items():
        _copy(_LINUX / name, stage / place)
    command = stage / "usr/bin/ctbox"
    command.parent.mkdir(parents=True)
    command.symlink_to(f"/{PROGRAM_FOLDER}/ctbox")
    _write_man_page(release, stage / "usr/share/man/man1/ctbox.1.gz")
    notes = stage / "usr/share/doc/ctbox"
    notes.mkdir(parents=True)
    for name, goal in (("guide", "docs"), ("sbom", "sbom.cdx.json")):
        (notes / name).symlink_to(f"/{PROGRAM_FOLDER}/_internal/{goal}")
    # A file of its own (Debian Policy 12.5): a reader of packages follows no link out of here.
    shutil.copyfile(release.bundle / "_internal" / "licences.txt", notes / "copyright")
    changes = (_LINUX.parent.parent / "CHANGELOG.md").read_bytes()
    (notes / "CHANGELOG.md.gz").write_bytes(gzip.compress(changes, 9, mtime=0))
    entry = format_changelog(release).encode()
    (notes / "changelog.gz").write_bytes(gzip.compress(entry, 9, mtime=0))
    control = stage / "DEBIAN"
    control.mkdir()
    _write_md5sums(stage, control / "md5sums")
    kib = sum(path.lstat().st_size for path in stage.rglob("*") if path.is_file()) // 1024
    (control / "control").write_text(format_control(release, kib), encoding="utf-8")
    for name in ("postinst", "prerm", "postrm"):
        _copy(_LINUX / name, control / name)
        (control / name).chmod(0o755)


def _write_md5sums(stage: Path, target: Path) -> None:
    """Write what ``dpkg --verify`` compares the installed files with."""
    files = [p for p in list_files(stage) if not p.is_symlink() and "DEBIAN" not in p.parts]
    lines = []
    for path in files:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
        lines.append(f"{digest.hexdigest()}  {path.relative_to(stage).as_posix()}\n")
    target.write_text("".join(lines), encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _write_man_page(release: Release, target: Path) -> None:
    date = datetime.fromtimestamp(release.seconds, UTC).date().isoformat()
    page = (_LINUX / "ctbox.1.in").read_text(encoding="utf-8")
    page = page.replace("@VERSION@", release.version).replace("@DATE@", date)
    target.parent.mkdir(parents=True)
    target.write_bytes(gzip.compress(page.encode(), 9, mtime=0))
