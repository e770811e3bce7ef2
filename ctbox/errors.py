"""Errors that a user can act on; anything else that escapes is a bug in ctbox."""

from __future__ import annotations

from pathlib import Path


class CtboxError(Exception):
    """Something the user can understand and do something about.

    Parameters
    ----------
    message : str
        What happened, in one sentence.
    hint : str, optional
        What to do about it.
    source : str or pathlib.Path, optional
        The file, archive member or UID it happened to.
    """

    def __init__(self, message: str, hint: str = "", source: str | Path | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.source = None if source is None else str(source)

    def __str__(self) -> str:
        parts = [self.message]
        if self.source is not None and self.source not in self.message:
            parts = [f"{self.source}: {self.message}"]
        if self.hint:
            parts.append(self.hint)
        return " ".join(parts)

    def __reduce__(self) -> tuple[type[CtboxError], tuple[str, str, str | None]]:
        # Errors cross process borders, so they must survive pickling whole.
        return (type(self), (self.message, self.hint, self.source))


class DicomReadError(CtboxError):
    """A file could not be read as a DICOM image."""


class ArchiveError(CtboxError):
    """A ZIP archive is damaged, unsafe or too large."""


class CatalogError(CtboxError):
    """A catalogue file is damaged, busy or of a newer ctbox."""


class AnnotationError(CtboxError):
    """An annotation file could not be read or written."""


class OutlineError(CtboxError):
    """No outline could be drawn in a box."""


class CheckpointError(CtboxError):
    """A model's weights or card are missing, damaged or not what they claim to be."""


class DeviceError(CtboxError):
    """The compute device that was asked for cannot be used."""


class TrainingDataError(CtboxError):
    """The data cannot be trained on or evaluated as asked."""


class TrainingDivergedError(CtboxError):
    """The training loss stopped being finite."""


class SplitLeakageError(CtboxError):
    """A split that claims to be honest shares patients or images between its parts."""


class WorkerError(CtboxError):
    """A worker process died or could not be started."""


class SettingsError(CtboxError):
    """The settings file could not be read or written."""
