"""Prove that a fold holds nothing of the training side in its held-out side; free of torch."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import uniform_filter

from ctbox.errors import SplitLeakageError
from ctbox.imaging.thumbnail import compute_thumbnail
from ctbox.model.linking import SampleKey, group_samples
from ctbox.model.splits import Fold

# Measured on six patients after removing the local mean: two kernels of one scan correlate
# 0.97 and more, neighbouring 5 mm slices 0.88, slices of two patients at most 0.38. Without
# that step strangers reach 0.94, since one chest looks like another at this size.
NEAR_DUPLICATE_CORRELATION = 0.7
_LOCAL_MEAN_SIDE = 3
_CHUNK = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """What tells whether two slices show the same.

    Parameters
    ----------
    pixel_sha256 : str or None
        Hash of size and pixels; None for an image of one grey value, which proves nothing.
    detail : ndarray
        float32 (4096,), zero mean, unit length: the slice's thumbnail without its local mean.
    """

    pixel_sha256: str | None
    detail: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Leak:
    """Something shared by both sides of a fold.

    Parameters
    ----------
    reason : str
        What they share.
    training, held_out : SampleKey
        A slice of either side.
    """

    reason: str
    training: SampleKey
    held_out: SampleKey


def compute_fingerprint(hu: ArrayLike) -> Fingerprint:
    """Return the fingerprint of one slice (rows, columns) in HU.

    Raises
    ------
    ValueError
        If the slice has not two axes.
    """
    pixels = np.ascontiguousarray(hu)
    thumbnail = compute_thumbnail(pixels)
    detail = thumbnail - uniform_filter(thumbnail, _LOCAL_MEAN_SIDE)
    detail -= detail.mean()
    length = float(np.linalg.norm(detail))
    if pixels.min() == pixels.max():
        return Fingerprint(None, np.zeros(detail.size, dtype=np.float32))
    digest = hashlib.sha256(f"{pixels.shape}{pixels.dtype}".encode())
    digest.update(pixels.tobytes())
    unit = detail.ravel() / (length if length > 0 else 1.0)
    return Fingerprint(digest.hexdigest(), unit.astype(np.float32))


def find_leaks(
    fold: Fold,
    samples: Sequence[SampleKey],
    fingerprints: Mapping[str, Fingerprint] | None = None,
    linked: Iterable[Collection[str]] = (),
) -> tuple[Leak, ...]:
    """Return what both sides of a fold share, one example of each kind.

    Looked at are patient, study, series, frame of reference and SOP Instance UID, known links
    between patients, and where there are fingerprints pixel hashes and near duplicates.

    Parameters
    ----------
    fold : Fold
        Samples to adapt on count as training; excluded ones as neither.
    samples : sequence of SampleKey
        What the fold's indices mean.
    fingerprints : mapping of str to Fingerprint, optional
        By SOP Instance UID; slices without one are compared by their UIDs only.
    linked : iterable of collections of str
        Patients known to share images.
    """
    training = [samples[i] for i in (*fold.training, *fold.few_shot)]
    held_out = [samples[i] for i in fold.held_out]
    leaks = _find_shared_uids(training, held_out)
    if not leaks:
        leaks = _find_linked(training, held_out, linked)
    if fingerprints:
        leaks += _find_shared_pixels(training, held_out, fingerprints)
    return tuple(leaks)


def check_fold(
    fold: Fold,
    samples: Sequence[SampleKey],
    fingerprints: Mapping[str, Fingerprint] | None = None,
    linked: Iterable[Collection[str]] = (),
) -> None:
    """Raise if a fold leaks; one that says so of itself (slice-random) passes.

    Parameters
    ----------
    fold, samples, fingerprints, linked
        As for `find_leaks`.

    Raises
    ------
    SplitLeakageError
        If training and held-out slices share anything; it names one of each.
    """
    if fold.leaky:
        return
    leaks = find_leaks(fold, samples, fingerprints, linked)
    if leaks:
        first = leaks[0]
        raise SplitLeakageError(
            f"Split {fold.label}, fold {fold.name}, leaks: training slice "
            f"{first.training.sop_uid} (patient {first.training.patient_id}) and held-out slice "
            f"{first.held_out.sop_uid} (patient {first.held_out.patient_id}) {first.reason}.",
            "Link these patients, or remove one of them.",
        )


def _find_shared_uids(training: Sequence[SampleKey], held_out: Sequence[SampleKey]) -> list[Leak]:
    owners: dict[tuple[str, str], SampleKey] = {}
    for sample in training:
        for evidence in sample.link_evidence():
            owners.setdefault(evidence, sample)
    leaks: dict[str, Leak] = {}
    for sample in held_out:
        for what, uid in sample.link_evidence():
            owner = owners.get((what, uid))
            if owner is not None:
                leaks.setdefault(what, Leak(f"share the {what} {uid}", owner, sample))
    return list(leaks.values())


def _find_linked(
    training: Sequence[SampleKey], held_out: Sequence[SampleKey], linked: Iterable[Collection[str]]
) -> list[Leak]:
    both = [*training, *held_out]
    for group in group_samples(both, linked):
        ours = [i for i in group if i < len(training)]
        theirs = [i for i in group if i >= len(training)]
        if ours and theirs:
            return [Leak("belong to linked patients", both[ours[0]], both[theirs[0]])]
    return []


def _find_shared_pixels(
    training: Sequence[SampleKey],
    held_out: Sequence[SampleKey],
    fingerprints: Mapping[str, Fingerprint],
) -> list[Leak]:
    ours = [sample for sample in training if sample.sop_uid in fingerprints]
    theirs = [sample for sample in held_out if sample.sop_uid in fingerprints]
    by_hash = {fingerprints[sample.sop_uid].pixel_sha256: sample for sample in ours}
    by_hash.pop(None, None)
    for sample in theirs:
        owner = by_hash.get(fingerprints[sample.sop_uid].pixel_sha256)
        if owner is not None:
            return [Leak("have the same pixels", owner, sample)]
    return _find_near_duplicates(ours, theirs, fingerprints) if ours and theirs else []


def _find_near_duplicates(
    ours: Sequence[SampleKey],
    theirs: Sequence[SampleKey],
    fingerprints: Mapping[str, Fingerprint],
) -> list[Leak]:
    known = np.stack([fingerprints[sample.sop_uid].detail for sample in ours])
    best: tuple[float, int, int] = (-1.0, 0, 0)
    for start in range(0, len(theirs), _CHUNK):
        chunk = theirs[start : start + _CHUNK]
        details = np.stack([fingerprints[sample.sop_uid].detail for sample in chunk])
        correlation = known @ details.T
        row, column = np.unravel_index(int(correlation.argmax()), correlation.shape)
        best = max(best, (float(correlation[row, column]), int(row), start + int(column)))
    value, row_index, column_index = best
    if value <= NEAR_DUPLICATE_CORRELATION:
        return []
    reason = f"are near duplicates (correlation {value:.2f})"
    return [Leak(reason, ours[row_index], theirs[column_index])]
