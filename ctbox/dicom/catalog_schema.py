"""The tables of a catalogue, how they came about, and how its file is opened.

A catalogue is one SQLite file in WAL mode: a process that is killed at any point leaves whole
transactions behind, and readers never wait for the writer. `user_version` counts the steps of
`MIGRATIONS` that a file has taken. Paths are kept as bytes (`os.fsencode`), since names need be
no valid text.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ctbox.errors import CatalogError

BUSY_S = 30.0
"""How long a transaction waits for another process's before it gives up."""

_FILES = """
CREATE TABLE root(
    path BLOB PRIMARY KEY, annotations BLOB, indexed_at TEXT, is_complete INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE folder(id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, seen_run INTEGER NOT NULL);
CREATE TABLE file(
    id INTEGER PRIMARY KEY,
    folder_id INTEGER NOT NULL REFERENCES folder(id) ON DELETE CASCADE,
    name BLOB NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    is_archive INTEGER NOT NULL, is_complete INTEGER NOT NULL,
    UNIQUE(folder_id, name)
);
CREATE INDEX file_identity ON file(size, mtime_ns, name);
CREATE TABLE member(
    id INTEGER PRIMARY KEY,
    file_id INTEGER NOT NULL REFERENCES file(id) ON DELETE CASCADE,
    name TEXT NOT NULL, header_offset INTEGER, stored_bytes INTEGER, size_bytes INTEGER,
    is_deflated INTEGER, crc32 INTEGER,
    UNIQUE(file_id, name)
);
CREATE TABLE skipped(
    id INTEGER PRIMARY KEY,
    file_id INTEGER NOT NULL REFERENCES file(id) ON DELETE CASCADE,
    member TEXT, reason TEXT NOT NULL
);
CREATE INDEX skipped_file ON skipped(file_id);
"""

_INSTANCES = """
CREATE TABLE series_uid(
    id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, is_dirty INTEGER NOT NULL
);
CREATE INDEX series_uid_dirty ON series_uid(id) WHERE is_dirty;
CREATE TABLE common(id INTEGER PRIMARY KEY, body TEXT NOT NULL UNIQUE);
CREATE TABLE instance(
    id INTEGER PRIMARY KEY,
    file_id INTEGER NOT NULL REFERENCES file(id) ON DELETE CASCADE,
    member_id INTEGER REFERENCES member(id) ON DELETE CASCADE,
    series_id INTEGER NOT NULL REFERENCES series_uid(id),
    common_id INTEGER NOT NULL REFERENCES common(id),
    sop_uid TEXT NOT NULL, frame INTEGER, instance_number, acquisition_number,
    x REAL, y REAL, z REAL, time_s REAL
);
CREATE INDEX instance_file ON instance(file_id);
CREATE INDEX instance_member ON instance(member_id) WHERE member_id IS NOT NULL;
CREATE INDEX instance_series ON instance(series_id);
CREATE INDEX instance_sop ON instance(sop_uid);
CREATE TABLE series(
    key TEXT PRIMARY KEY,
    series_id INTEGER NOT NULL REFERENCES series_uid(id),
    patient_id TEXT NOT NULL, patient_short TEXT NOT NULL, study_uid TEXT NOT NULL,
    study_date TEXT, study_description TEXT, series_number, acquisition_number, phase TEXT,
    description TEXT, modality TEXT, sop_class_uid TEXT, manufacturer TEXT, model_name TEXT,
    kernel TEXT, thickness_mm REAL, spacing_mm REAL, slice_spacing_mm REAL,
    rows INTEGER, columns INTEGER, n_slices INTEGER NOT NULL, subtype TEXT, sex TEXT, age REAL,
    annotated_slices INTEGER NOT NULL, boxes INTEGER NOT NULL, labels TEXT NOT NULL,
    n_problems INTEGER NOT NULL, problems TEXT NOT NULL,
    is_secondary_capture INTEGER NOT NULL, not_a_volume INTEGER NOT NULL
);
CREATE INDEX series_of_uid ON series(series_id);
CREATE INDEX series_of_patient ON series(patient_id, study_uid);
"""

_TABLES_BESIDE = """
CREATE TABLE annotation(
    id INTEGER PRIMARY KEY, place BLOB NOT NULL, path BLOB NOT NULL, member TEXT NOT NULL,
    folder TEXT, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sop_uid TEXT NOT NULL,
    boxes INTEGER NOT NULL, labels TEXT NOT NULL, problem TEXT, notes TEXT NOT NULL,
    seen_run INTEGER NOT NULL,
    UNIQUE(path, member)
);
CREATE INDEX annotation_sop ON annotation(sop_uid);
CREATE TABLE clinical(
    patient_short TEXT PRIMARY KEY, sex TEXT, age REAL, weight_kg REAL, t_stage TEXT,
    n_stage TEXT, m_stage TEXT, grade TEXT, smoking INTEGER, source BLOB NOT NULL
) WITHOUT ROWID;
"""

_REVIEW = """
CREATE TABLE review(
    series_key TEXT PRIMARY KEY, state TEXT NOT NULL, reader TEXT NOT NULL, note TEXT NOT NULL,
    changed_at TEXT NOT NULL
) WITHOUT ROWID;
"""

_ROOT_PLACES = """
ALTER TABLE root ADD COLUMN annotations_named INTEGER NOT NULL DEFAULT 0;
ALTER TABLE root ADD COLUMN clinical BLOB;
ALTER TABLE root ADD COLUMN clinical_named INTEGER NOT NULL DEFAULT 0
"""

MIGRATIONS: tuple[str, ...] = (_FILES + _INSTANCES + _TABLES_BESIDE, _REVIEW, _ROOT_PLACES)
"""What brings a file from one version to the next; never edited once released."""

_CREATED = re.compile(r"CREATE TABLE (\w+)")
_HINT_DAMAGED = "Name another file with --catalog, or move this one away and index again."


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite raises of a damaged, locked or full catalogue into a sentence.

    Raises
    ------
    CatalogError
        In place of `sqlite3.Error`.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            message = f"The catalogue {path} is being written by another program."
            raise CatalogError(message, "Wait until it is done, then try again.", path) from error
        message = f"The catalogue {path} cannot be used: {text}."
        hint = "Check that its folder exists, may be written to and has room."
        raise CatalogError(message, hint, path) from error
    except (sqlite3.Error, UnicodeDecodeError) as error:  # the message itself may be damaged
        raise CatalogError(
            f"The catalogue {path} is damaged or no catalogue: {error}.", _HINT_DAMAGED, path
        ) from error


@contextmanager
def distrust_rows(path: Path) -> Iterator[None]:
    """Turn what values raise that no ctbox has written into a sentence: the file is damaged.

    Raises
    ------
    CatalogError
        In place of what conversions raise.
    """
    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
        message = f"The catalogue {path} is damaged: a row makes no sense."
        raise CatalogError(message, _HINT_DAMAGED, path) from error


def connect(path: Path, *, migrations: Sequence[str] = MIGRATIONS) -> sqlite3.Connection:
    """Open a catalogue, made or brought up to date where need be.

    Parameters
    ----------
    path : pathlib.Path
        The file; its folder is made.
    migrations : sequence of str
        Statements of each version.

    Raises
    ------
    CatalogError
        If it is damaged, of a newer ctbox, or cannot be made.
    """
    _make_folder(path)
    with translate_errors(path):
        # Transactions are begun and ended in the open; threads may share a connection by turns.
        connection = sqlite3.connect(
            path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(connection, path, migrations)
        except BaseException:
            connection.close()
            raise
    return connection


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"The folder of the catalogue {path} cannot be made: {error.strerror}."
        raise CatalogError(message, "Name another file with --catalog.", path) from error


def _prepare(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(migrations):
        message = f"The catalogue {path} was made by a newer ctbox."
        raise CatalogError(message, "Update ctbox, or name another file with --catalog.", path)
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    # Other programs count their versions in the same place: a number alone tells nothing.
    if names and (version == 0 or not names.issuperset(_CREATED.findall(migrations[0]))):
        message = f"{path} is a database of another program."
        raise CatalogError(message, "Name another file with --catalog.", path)
    connection.execute("PRAGMA journal_mode = WAL")
    # Whole after a crash of the program; a power cut may cost the last moments, not the file.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    # Moving the log into the file waits for the disk: seldom, therefore.
    connection.execute("PRAGMA wal_autocheckpoint = 16384")
    if version < len(migrations):
        _migrate(connection, migrations)


def _migrate(connection: sqlite3.Connection, migrations: Sequence[str]) -> None:
    """Take all missing steps at once; two programs that open an old file take them once."""
    with transaction(connection):
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        for script in migrations[version:]:
            for statement in script.split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Do all of a block's changes, or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def writer_lock(path: Path) -> Iterator[None]:
    """Be the only program that indexes into a catalogue; a killed one leaves nothing locked.

    Raises
    ------
    CatalogError
        If another one is at it, or there is no place for the lock.
    """
    _make_folder(path)
    lock = path.with_name(f"{path.name}.lock")
    with translate_errors(lock):
        connection = sqlite3.connect(lock, timeout=0.5, isolation_level=None)
        try:
            try:
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                raise CatalogError(
                    f"Another ctbox is indexing into {path} already.",
                    "Wait until it is done, or stop it.",
                    path,
                ) from error
            yield
        finally:
            connection.close()


def encode_path(path: Path | str) -> bytes:
    """Return a path as the catalogue keeps it."""
    return os.fsencode(path)


def decode_path(stored: bytes) -> str:
    """Return a stored path as text for `pathlib.Path`."""
    return os.fsdecode(stored)


def encode_text(text: str) -> str:
    """Return a text that SQLite can hold: parts of file names need be no valid text."""
    return text.encode("utf-8", "backslashreplace").decode()


BELOW = "(path = ? OR (path > ? AND path < ?))"
"""Whether a stored path is a folder or lies below it; for the values of `find_bounds`."""


def find_bounds(folder: Path) -> tuple[bytes, bytes, bytes]:
    """Return the values that `BELOW` asks for."""
    exact = encode_path(folder)
    stem = exact.rstrip(os.sep.encode())
    return exact, stem + os.sep.encode(), stem + bytes([ord(os.sep) + 1])
