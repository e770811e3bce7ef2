"""Build what is given to users: `python packaging/build.py` (or: make package).

On Linux: dist/ctbox (the folder), a .deb, a .tar.gz, their sums, the list of files with hashes.
On Windows and macOS: dist/ctbox and its lists; windows/ and macos/ wrap it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

from deb import Release, build_deb
from file_lists import (
    find_release_time,
    remove_dead_links,
    stamp_tree,
    write_file_list,
    write_sums,
    write_tar_gz,
)
from licences import main as check_licences
from sbom import write_sbom
from size_report import format_report, measure_parts
from system_libraries import find_needs, find_packages, format_depends

ROOT = Path(__file__).resolve().parent.parent
LARGEST_DEB = 250_000_000


def main() -> int:
    """Run every step and return an exit code."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--dist", type=Path, default=ROOT / "dist", help="where the results go")
    words.add_argument("--reuse", action="store_true", help="pack the folder that is there")
    words.add_argument("--level", default="xz-6", help="of the .deb: xz-6, zstd-19")
    options = words.parse_args()
    sys.path.insert(0, str(ROOT))
    from ctbox import __version__

    dist = options.dist.resolve()
    dist.mkdir(parents=True, exist_ok=True)
    seconds = find_release_time(ROOT)
    bundle = dist / "ctbox"
    if not options.reuse:
        freeze(dist, seconds)
    remove_dead_links(bundle)
    if check_licences(bundle):
        return 1
    write_sbom(bundle, __version__, seconds)
    stamp_tree(bundle, seconds)
    write_file_list(bundle, dist / "files.sha256")
    print(format_report(measure_parts(bundle)))
    if sys.platform.startswith("linux"):
        return pack_linux(Release(bundle, __version__, seconds, compute_depends(bundle)), options)
    return 0


def freeze(dist: Path, seconds: int) -> None:
    """Run PyInstaller with stamps and hashes that do not depend on the moment."""
    started = time.monotonic()
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(seconds), "PYTHONHASHSEED": "1"}
    shutil.rmtree(dist / "ctbox", ignore_errors=True)
    words = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level=WARN"]
    words += ["--distpath", str(dist), "--workpath", str(dist.parent / "build" / "pyinstaller")]
    subprocess.run([*words, "packaging/ctbox.spec"], check=True, cwd=ROOT, env=environment)
    print(f"frozen in {time.monotonic() - started:.0f} s")


def compute_depends(bundle: Path) -> str:
    """Return the Debian packages that the bundle needs, as its files tell."""
    needs = find_needs(bundle)
    packages = find_packages(needs.libraries)
    return format_depends(packages, needs.glibc)


def pack_linux(release: Release, options: argparse.Namespace) -> int:
    """Write the .deb, the .tar.gz and their sums; return 1 if the .deb is too large."""
    dist = release.bundle.parent
    print(f"Depends: {release.depends}")
    started = time.monotonic()
    stage = dist.parent / "build" / "deb"
    deb = build_deb(release, stage, dist, options.level)
    print(f"{deb.name}: {deb.stat().st_size / 1e6:.1f} MB in {time.monotonic() - started:.0f} s")
    machine = sysconfig.get_platform().replace("-", "_")
    tar = dist / f"ctbox-{release.version}-{machine}.tar.gz"
    write_tar_gz(release.bundle, tar, release.seconds, top=f"ctbox-{release.version}")
    print(f"{tar.name}: {tar.stat().st_size / 1e6:.1f} MB")
    write_sums([deb, tar], dist / "SHA256SUMS")
    if deb.stat().st_size > LARGEST_DEB:
        print(f"{deb.name} is larger than {LARGEST_DEB / 1e6:.0f} MB.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
