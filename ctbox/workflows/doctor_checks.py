"""Everything the dataset doctor looks for: its words, in the order they are told."""

from __future__ import annotations

from ctbox.workflows.doctor_report import Check, Severity

NOT_XML = Check(
    "not-xml",
    "Annotation files that cannot be read",
    Severity.PERSON,
    "file",
    "The file is no well-formed, safe XML (a macOS stub, a cut-off copy, a DOCTYPE), so the "
    "boxes of its slice are unknown.",
    "Leaves the file out and names it; the slice counts as not annotated.",
    "Left out of the copy. Fetch the real file of this name.",
)
UNREADABLE_FOLDER = Check(
    "unreadable-folder",
    "Annotation folders that cannot be read",
    Severity.PERSON,
    "folder",
    "The folder's files are unknown: its permissions or the disk are in the way.",
    "Goes on with the other folders.",
)
UNUSABLE_BOX = Check(
    "unusable-box",
    "Boxes without usable coordinates",
    Severity.PERSON,
    "box",
    "A coordinate is missing, given twice, or not a finite number.",
    "Leaves out this box and keeps the file's other boxes.",
)
LABEL_MISMATCH = Check(
    "label-mismatch",
    "Label is not the folder's letter",
    Severity.PERSON,
    "box",
    "The label names one subtype and the patient's folder another; one of them is wrong.",
    "Believes the label. A person must look up the diagnosis.",
)
UNRESOLVED_LABEL = Check(
    "unresolved-label",
    "Unknown labels in folders that tell no subtype",
    Severity.PERSON,
    "box",
    "The label is none of A, B, E, G, and the folder's name holds no subtype letter either.",
    'Keeps the box with the subtype "?": it serves detection, not subtype figures.',
)
ZERO_AREA = Check(
    "zero-area",
    "Boxes without area",
    Severity.PERSON,
    "box",
    "Two opposite edges coincide, probably a slip of the mouse: no detection can ever hit it.",
    "Keeps the box in the list, and neither trains on it nor scores it; its slice is no "
    "negative either.",
)
UID_CONFLICT = Check(
    "uid-conflict",
    "File name and content name different slices",
    Severity.PERSON,
    "file",
    "The file's <dicom_num> is not the SOP Instance UID that its name gives.",
    "Believes the file name.",
)
SAME_UID_OTHER_BOXES = Check(
    "same-uid-other-boxes",
    "One slice in two folders, with different boxes",
    Severity.PERSON,
    "file",
    "Two patients' folders hold a file for one slice, and the boxes differ: at least one of "
    "them was not drawn on this slice's patient, or two readers disagree.",
    "Uses the boxes of the folder that is the slice's own patient, else of the first folder "
    "in sorting order; the others stay unused and are named.",
)
SAME_UID_SAME_BOXES = Check(
    "same-uid-same-boxes",
    "One slice in two folders, with the same boxes",
    Severity.WARNING,
    "file",
    "The same annotation lies in two patients' folders.",
    "Counts it once. Both copies stay, because they tell that the patients are linked.",
)
AMBIGUOUS = Check(
    "ambiguous-annotation",
    "Annotations of an image that several series claim",
    Severity.PERSON,
    "file",
    "Images of different series bear the SOP Instance UID that the file names, which breaks the "
    "standard: it does not tell which of them the boxes were drawn on.",
    "Uses the boxes on the first image by path if its patient is the folder's, or if all are one "
    "patient's; else leaves them out.",
)
LINKED_PATIENTS = Check(
    "linked-patients",
    "Patients that must stay in one split",
    Severity.WARNING,
    "group",
    "These folders share slices: one person under two names. Trained on one and tested on the "
    "other, a model is tested on what it has seen.",
    "Keeps each group on one side of every split by patient.",
)
UNKNOWN_LABEL = Check(
    "unknown-label",
    "Labels that are no subtype letter",
    Severity.WARNING,
    "box",
    "The label is none of A, B, E, G.",
    "Takes the letter of the patient's folder, with a warning.",
    "The folder's letter as label.",
)
LOWER_CASE_LABEL = Check(
    "lower-case-label",
    "Labels in lower case",
    Severity.INFO,
    "box",
    "Letters stand in both cases; a tool that compares them literally loses these boxes.",
    "Reads either case as the same subtype.",
    "The letter in upper case.",
)
SWAPPED_CORNERS = Check(
    "swapped-corners",
    "Boxes with minimum and maximum swapped",
    Severity.WARNING,
    "box",
    "xmin is larger than xmax, or ymin than ymax; many tools drop such a box in silence.",
    "Puts them in order.",
    "Ordered corners.",
)
OUTSIDE_IMAGE = Check(
    "outside-image",
    "Boxes that reach over the image's edge",
    Severity.WARNING,
    "box",
    "An edge lies outside the size that the file itself gives.",
    "Keeps the box as it stands and clips it where pixels are read.",
)
EMPTY_FILE = Check(
    "empty-annotation",
    "Annotation files without a box",
    Severity.WARNING,
    "file",
    "The file is XML and names a slice, but holds no box. That is no proof of a slice without "
    "tumour.",
    "Treats the slice as not annotated.",
)
CAPTURES = Check(
    "annotated-secondary-capture",
    "Annotated secondary captures",
    Severity.INFO,
    "file",
    "The boxes lie on colour pictures of fused PET-CT, which hold no HU though their series say "
    "Modality CT. Images are told by SOP Class; without images, by the three channels that the "
    "file itself names.",
    "Shows them in colour with their boxes, and neither predicts nor trains on them.",
)
NO_SUBJECT = Check(
    "folder-without-subject",
    "Annotation folders without a subject",
    Severity.WARNING,
    "folder",
    "No image, and no line of metadata.csv where there is one, belongs to a patient of this name.",
    "Pairs boxes with slices by UID alone, so that boxes filed under another name still count.",
)
NO_FOLDER = Check(
    "subject-without-folder",
    "Subjects without an annotation folder",
    Severity.INFO,
    "patient",
    "The patient has images but no folder of boxes.",
    "Opens the images; nothing of this patient is taken as free of tumour.",
)
INCOMPLETE_SERIES = Check(
    "incomplete-series",
    "Series with fewer images than metadata.csv lists",
    Severity.WARNING,
    "series",
    "The download is incomplete, or images were left out or cannot be read.",
    "Uses the images that are there. Download the series again to have all.",
)
UNREADABLE_IMAGE = Check(
    "unreadable-image",
    "Images that could not be read",
    Severity.WARNING,
    "file",
    "Damaged, cut off, or of a kind that ctbox does not read; the reason stands beside each.",
    "Passes over the file, names it, and goes on.",
)
UNREADABLE_PLACE = Check(
    "unreadable-image-folder",
    "Image folders that cannot be read",
    Severity.PERSON,
    "folder",
    "The folder's images are unknown: its permissions or the disk are in the way.",
    "Goes on with the other folders.",
)
OTHER_FILE = Check(
    "other-file",
    "Files that are neither images nor annotations",
    Severity.INFO,
    "file",
    "Tables, licences, archives of another kind.",
    "Passes over them.",
)
DUPLICATE_IMAGE = Check(
    "duplicate-image",
    "Images with one SOP Instance UID",
    Severity.WARNING,
    "file",
    "Two files claim to be the same image; each tells whether they are of one series.",
    "Keeps the first by path.",
)
ORPHAN = Check(
    "orphan-annotation",
    "Annotations without a slice here",
    Severity.WARNING,
    "file",
    "No image with the file's SOP Instance UID was found: the series was not downloaded, or "
    "the UID is wrong.",
    "Counts and lists the file; its boxes serve nothing until the image is there.",
)
FOREIGN_FOLDER = Check(
    "foreign-folder",
    "Annotations filed under another patient",
    Severity.WARNING,
    "file",
    "The slice belongs to one patient and its annotation lies in another's folder.",
    "Believes the image: the boxes count for the slice's own patient.",
)
SIZE_MISMATCH = Check(
    "size-mismatch",
    "Annotations made on another image size",
    Severity.PERSON,
    "file",
    "Width and height in the file are not those of the image, so that its boxes may lie in "
    "other pixels.",
    "Takes the coordinates as pixels of the image; compare them with the picture.",
)
NO_POSITION = Check(
    "missing-position",
    "Series without position or orientation",
    Severity.WARNING,
    "series",
    "ImagePositionPatient or ImageOrientationPatient is missing or invalid, so that order and "
    "distance of the slices are unknown.",
    "Orders the images by time and number, refuses to measure between slices, and does not "
    "predict on them as a volume.",
)
NO_SPACING = Check(
    "missing-spacing",
    "Series without pixel spacing",
    Severity.WARNING,
    "series",
    "PixelSpacing is missing or invalid.",
    "Shows the images and gives no size in mm.",
)
GAPS = Check(
    "slice-gap",
    "Series with missing slices",
    Severity.WARNING,
    "series",
    "Neighbouring slices lie more than 1.5 median distances apart.",
    "Shows a banner with the millimetres; lesions are linked by distance, not by count.",
)
DUPLICATE_POSITIONS = Check(
    "duplicate-position",
    "Series with several slices at one position",
    Severity.WARNING,
    "series",
    "Slices of one series repeat a position without being phases that could be told apart.",
    "Shows them one after the other, by time.",
)
UNEVEN_SPACING = Check(
    "uneven-spacing",
    "Series with uneven slice distances",
    Severity.INFO,
    "series",
    "Distances between slices differ by more than 2 % and 0.1 mm.",
    "Uses each slice's own position.",
)
NOT_A_VOLUME = Check(
    "not-a-volume",
    "Series that are no volume",
    Severity.INFO,
    "series",
    "All images share one position, as in a contrast timing run.",
    "Scrolls them by time and skips them in detection.",
)
SEVERAL_ACQUISITIONS = Check(
    "several-acquisitions",
    "SeriesInstanceUIDs that hold several acquisitions",
    Severity.INFO,
    "series",
    "Phases of one anatomy lie in one series; sorted by position alone they would interleave.",
    "Splits them by AcquisitionNumber into series of their own.",
)
TWIN_BOXES = Check(
    "twin-series-other-boxes",
    "Twin series with different boxes",
    Severity.WARNING,
    "pair",
    "Two kernels or phases of one scan lie in one frame of reference, and at the same places "
    "their boxes differ. Two readers of one tumour agree at a mean IoU of about 0.78.",
    "Keeps each series' own boxes, and keeps twins on one side of every split.",
)
UNANNOTATED_TWIN = Check(
    "unannotated-twin",
    "Twins of which only one is annotated",
    Severity.INFO,
    "pair",
    "Both show the same anatomy, and only one carries boxes: the other is not free of tumour.",
    "Takes no slice of the unannotated series as a negative.",
)
ANNOTATION_HOLE = Check(
    "annotation-hole",
    "Holes in an annotated run",
    Severity.INFO,
    "series",
    "Slices without a box lie between slices with one; the tumour is most likely there too.",
    "Takes no slice within 12 mm of the run as a negative, holes included.",
)

ANNOTATION_CHECKS = (
    NOT_XML, UNREADABLE_FOLDER, UNUSABLE_BOX, LABEL_MISMATCH, UNRESOLVED_LABEL, ZERO_AREA,
    UID_CONFLICT, SAME_UID_OTHER_BOXES, SAME_UID_SAME_BOXES, LINKED_PATIENTS, UNKNOWN_LABEL,
    SWAPPED_CORNERS, OUTSIDE_IMAGE, EMPTY_FILE, LOWER_CASE_LABEL, CAPTURES,
)  # fmt: skip
"""Made wherever there are annotation files."""
SUBJECT_CHECKS = (NO_SUBJECT, NO_FOLDER)
"""Made where there are annotation files, and images or metadata.csv."""
PAIR_CHECKS = (
    AMBIGUOUS, ORPHAN, FOREIGN_FOLDER, SIZE_MISMATCH, TWIN_BOXES, UNANNOTATED_TWIN, ANNOTATION_HOLE,
)  # fmt: skip
"""Made where there are annotation files and images."""
IMAGE_CHECKS = (
    UNREADABLE_PLACE, UNREADABLE_IMAGE, DUPLICATE_IMAGE, NO_POSITION, NO_SPACING, GAPS,
    DUPLICATE_POSITIONS, UNEVEN_SPACING, NOT_A_VOLUME, SEVERAL_ACQUISITIONS, OTHER_FILE,
)  # fmt: skip
"""Made wherever there are images."""
TABLE_CHECKS = (INCOMPLETE_SERIES,)
"""Made where there are images and metadata.csv."""
ALL_CHECKS = (
    *ANNOTATION_CHECKS, *SUBJECT_CHECKS, *PAIR_CHECKS, *IMAGE_CHECKS, *TABLE_CHECKS,
)  # fmt: skip
