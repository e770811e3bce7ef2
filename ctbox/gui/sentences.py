"""Sentences that come from below the window in English, said in the window's language.

Workers, readers and stores know nothing of languages: their errors, warnings and notices are
English sentences. Those that a reader meets most are listed here as they stand there, with names
in braces for what is filled in; `say` finds the one that a sentence was made from and translates
it. What is not listed stays as it is. A test holds the list to the code it was copied from.
"""

from __future__ import annotations

import re
from functools import cache

from ctbox.gui.translation import mark, tr

SENTENCES = (
    # Prediction
    mark("This looks like no chest CT (body part {body_part}, no lung found): the detector "
         "knows only the chest."),
    mark("This looks like no chest CT (no lung found): the detector knows only the chest."),
    # Fine-tuning
    mark("Patients who share images stand on two sides: move them together."),
    mark("Nobody is left to learn from: move a patient to training."),
    mark("Nobody is left to judge by: whether the new model is better on patients it never saw "
         "can't be known."),
    mark("Nobody is left to end the training early: it runs its full length, and the last weights "
         "are kept."),
    mark("With {groups} independent patients one judges: how far the result holds for others "
         "can't be known."),
    mark("Only one patient teaches: what is learnt may hold for that patient alone, and the model "
         "may get worse on others."),
    mark("The model you start from has seen {patients}: its figures on them are LEAKY, the gain "
         "looks smaller than it is."),
    mark("One box is too few: from {few} on something can be learnt. The result will mostly repeat "
         "this very tumour."),
    mark("{boxes} boxes are too few: from {few} on something can be learnt. The result will mostly "
         "repeat these very tumours."),
    mark("One patient shows little of what others look like; three or more would let the run be "
         "judged."),
    mark("Two patients show little of what others look like; three or more would let the run be "
         "judged."),
    mark("{count} annotation files belong to slices that are not here."),
    mark("{patients} share images: they stay on one side."),
    mark("… and {count} more."),
    mark("No round was better than the start on the patients who end the training: IoU {start} "
         "before, {best} at best. The model found these already; the training did not help there."),
    mark("The run was stopped before its first round was over, so nothing was learnt."),
    mark("Go on with it, or start a new one."),
    mark("No box is left to learn from."),
    mark("Tick a series, or move a patient to training."),
    mark("The run's folder can't be written to: {error}."),
    mark("Free disk space, or choose another folder."),
    mark("Free disk space and go on with the run: its best weights are kept."),
    mark("'{name}' is no name for a model."),
    mark("Use up to 64 letters, digits, '.', '-' or '_', a letter or digit first."),
    mark("Reading the images"),
    mark("Judging the model as it is"),
    mark("Judging the new model"),
    mark("Looking for what was forgotten"),
    mark("Taking a few steps"),
    mark("Looking at one series"),
    mark("Looking at the series"),
    mark("Making phantoms of the old subtypes"),
    mark("{preset}: {steps} steps, {layers}, {replay} old images."),
    mark("Stopping patients (they chose the epoch)"),
    mark("Test patients"),
    mark("Old patients"),
    mark("All patients"),
    mark("Training patients"),
    mark("Phantoms {letter}"),
    mark("Phantoms"),
    # Outlines, exports and reports
    mark("The pixel spacing is unknown, so the outline has no measures in mm."),
    mark("Nothing in the box stands out from its surroundings."),
    mark("No closed edge was found in the box."),
    mark("No expert's boxes: there is nothing to judge by."),
    mark("There are no predictions to export."),
    mark("Choose a folder that you may write to, and make room on the disk."),
    mark("Choose a folder elsewhere."),
    # Workers and predicting
    mark("Loading the model"),
    mark("Reading slices"),
    mark("Looking for tumours"),
    mark("The {name} worker could not be started{code}."),
    mark("Close other programs to free memory, then try again."),
    mark("The {name} worker stopped unexpectedly{code}."),
    mark("Often the memory ran out: close other programs and try again; a fresh worker starts by "
         "itself."),
    mark("The {name} worker was shut down."),
    mark("Restart ctbox and try again."),
    mark("Secondary capture or colour image: it holds no HU to predict on."),
    mark("Modality {modality} is not CT: the detector knows only CT."),
    mark("Localizer: an overview, not a volume of slices."),
    mark("Not a volume: its images share one position or have none."),
    mark("Its slices are {plane}: the detector knows only axial ones."),
    mark("No rescale slope and intercept: its values are not HU."),
    # What is to be known of a series
    mark("Colour images, shown as they are: they hold neither HU nor a place in space."),
    mark("No rescale slope and intercept in {count} of {images}: values are stored values there, "
         "not HU, and no detection runs on them."),
    mark("Compressed with loss in {count} of {images}: HU are approximate there."),
    mark("{names} missing or invalid in {images}: they are ordered by time and number, and "
         "distances between them are unknown."),
    mark("PixelSpacing missing or invalid in {count} of {images}: sizes in mm are unknown there."),
    mark("Rotated or mirrored axial images, shown as stored: the patient's {left} is on the "
         "viewer's left, {top} at the top."),
    mark("Gantry tilt: slices lean {degrees}° from the direction they are stacked in, so that they "
         "are shifted against each other."),
    mark("Oblique: planes are tilted {degrees}° from axial."),
    mark("Localizer: an overview for planning, kept apart from the slices."),
    mark("Not a volume: its {count} images share one position, ordered by time."),
    # Opening files
    mark("Reading DICOM headers"),
    mark("Reading annotations"),
    mark("Not a DICOM file."),
    mark("The file is empty (0 bytes)."),
    mark("Its header is damaged or cut off: copy or download the file again."),
    mark("Duplicate of {place}: same SOP Instance UID"),
    mark("A ZIP archive without DICOM files; files of other kinds in it: {count}."),
    mark("{path} is not a readable ZIP archive ({error})."),
    mark("{path} is a ZIP archive that was cut off: its end is missing."),
    mark("Copy or download it again; if it opens elsewhere, unpack it and open the folder."),
    mark("Encrypted: unpack it with its password and open the folder."),
    mark("{name} is damaged in its archive: {detail}."),
    mark("Copy or download the archive again."),
    mark("No pixel data: it holds no image."),
    mark("Copy or download the file again, or leave it out."),
    mark("Choose the folder, file or ZIP archive that holds the DICOM images."),
    mark("{path} does not exist."),
    mark("Check the path."),
    mark("No permission to read it."),
    mark("No permission to read {path}."),
    mark("Ask for read access, or copy it to a folder of your own."),
    mark("The {kind} {path} holds no DICOM files."),
    mark("A ZIP archive inside another is not searched: unpack the outer one."),
    mark("There is no annotation folder or file here."),
    mark("Check the path given for the annotations."),
    mark("No slice with this SOP Instance UID was opened."),
    # Editing and reviewing
    mark("This case is being edited in another window of ctbox."),
    mark("Close it there, and open it here again to edit it."),
    mark("The last edit was cut off while it was written; it is left out."),
    mark("This review is open in another window of ctbox."),
    mark("Go on with it there, or close that window."),
    mark("The reading could not be written: the disk refused it."),
    mark("It is kept in memory and tried again with the next one: make room on the disk."),
)  # fmt: skip

FRAGMENTS = (
    mark("{count} image"), mark("{count} images"), mark("coronal"), mark("sagittal"),
    mark("oblique"), mark("right"), mark("left"), mark("front"), mark("back"), mark("head"),
    mark("feet"), mark("folder"), mark("archive"), mark("unknown"), mark("Few boxes"),
    mark("Many boxes"), mark("By hand"), mark("all layers learn"),
    mark("the early layers stay as they are"), mark("all layers learn, the early ones slowly"),
)  # fmt: skip
"""What sentences are filled with; a file may be called so, and is never renamed: see `say`."""

_FIELD = re.compile(r"\{(\w+)\}")
_PLAIN = ("path", "name", "place", "patients", "detail", "error", "body_part")
"""Fields that hold names: they are never taken for fragments."""


@cache
def _compile(template: str) -> re.Pattern[str]:
    parts = _FIELD.split(template)
    pattern = "".join(
        f"(?P<{part}>.*?)" if number % 2 else re.escape(part) for number, part in enumerate(parts)
    )
    return re.compile(pattern, re.DOTALL)


@cache
def _order() -> tuple[str, ...]:
    """Return all templates, those that say most first: ``{path} does not exist.`` fits a lot."""
    return tuple(sorted(SENTENCES, key=lambda one: -len(_FIELD.sub("", one))))


def say(text: str) -> str:
    """Return a sentence from below in the window's language; as it is where none is known.

    Parameters
    ----------
    text : str
        One sentence, or several on lines of their own.
    """
    if "\n" in text:
        return "\n".join(map(say, text.split("\n")))
    return _say(text, _order())


def say_both(message: str, hint: str) -> str:
    """Return an error's message and hint, as `say` puts them, in one line."""
    return f"{say(message)} {say(hint)}".strip()


def _say(text: str, templates: tuple[str, ...]) -> str:
    for template in templates:
        found = _compile(template).fullmatch(text)
        if found is None:
            continue
        told = tr(template)
        if told == template:
            return text
        fields = {
            name: value if name in _PLAIN else _say(value, FRAGMENTS)
            for name, value in found.groupdict().items()
        }
        return told.format(**fields)
    return text
