"""Indexing a collection of ZIP archives, one a patient, as the collection is downloaded.

Members have generated headers like those of `benchmarks/catalog.py` and a small block of noise for
pixels, deflated. Every number of reading processes is measured in a process of its own.

    python benchmarks/catalog_archives.py --archives 120 --members 250 --workers 1 2
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT.parent))

NOISE_BYTES = 8 * 1024


def write_archives(root: Path, archives: int, members: int) -> None:
    """Write archives of one series each."""
    from catalog import _NUMBER, _PLACE, _UID, make_template  # beside this file

    root.mkdir()
    noise = hashlib.shake_128(b"noise").digest(NOISE_BYTES)
    for archive in range(archives):
        patient = f"Lung_Dx-{'ABEG'[archive % 4]}{archive:04}"
        template = make_template(patient, archive)
        with zipfile.ZipFile(root / f"{patient}.zip", "w", zipfile.ZIP_DEFLATED, True, 1) as file:
            for number in range(members):
                uid = f"{_UID[:-8]}{archive * members + number:08}"
                data = template.replace(_UID.encode(), uid.encode())
                data = data.replace(_NUMBER.encode(), f"{number:05}".encode())
                data = data.replace(_PLACE.encode(), f"{-5.0 * number:08.1f}".encode())
                file.writestr(f"{patient}/study/1-{number:03}.dcm", data + noise)


def measure(root: Path, workers: int) -> dict[str, float]:
    """Index the archives into a new catalogue, and again."""
    from ctbox.progress import TaskContext
    from ctbox.workflows.index import IndexRequest, index_collection

    with tempfile.TemporaryDirectory() as place:
        request = IndexRequest(root, Path(place, "c.sqlite"), workers=workers)
        first = index_collection(request, TaskContext())
        again = index_collection(request, TaskContext())
    assert again.files.read == 0
    return {"instances": first.instances, "index_s": first.seconds, "again_s": again.seconds}


def main() -> None:
    """Measure the numbers of processes asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archives", type=int, default=120)
    parser.add_argument("--members", type=int, default=250)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is not None:
        print(json.dumps(measure(options.measure, options.workers[0])))
        return
    with tempfile.TemporaryDirectory(prefix="ctbox-archives-") as place:
        root = Path(place, "collection")
        start = time.perf_counter()
        write_archives(root, options.archives, options.members)
        print(f"{options.archives} archives written in {time.perf_counter() - start:.0f} s")
        for workers in options.workers * options.repeat:
            command = [sys.executable, __file__, "--measure", str(root), "--workers", str(workers)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found = json.loads(done.stdout.splitlines()[-1])
            rate = found["instances"] / found["index_s"]
            print(
                f"{workers} reading process(es): {found['instances']:,} instances in "
                f"{found['index_s']:.1f} s, {rate:,.0f}/s; again {found['again_s']:.2f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
