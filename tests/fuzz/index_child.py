"""Indexes a folder in small steps until it is done or killed.

    python -m tests.fuzz.index_child FOLDER CATALOGUE WORKERS

Prints a line when the libraries are there and the work begins.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ctbox.progress import TaskContext
from ctbox.workflows import index_annotations, index_files, index_reading, index_series
from ctbox.workflows.index import IndexRequest, index_collection

if __name__ == "__main__":
    index_files.FILES_A_TASK = 7
    index_annotations._AT_ONCE = 9
    index_series._AT_ONCE = 2
    index_reading.FEW_FILES = 1
    folder, catalog, workers = sys.argv[1:4]
    sys.stdout.write("begins\n")
    sys.stdout.flush()
    index_collection(IndexRequest(Path(folder), Path(catalog), workers=int(workers)), TaskContext())
