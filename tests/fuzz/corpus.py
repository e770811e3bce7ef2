"""Files to be damaged: real ones and one of every codec, small enough to go through thousands."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ctbox.dicom.catalog import Catalog
from ctbox.progress import TaskContext
from ctbox.workflows.export import export
from ctbox.workflows.export_request import ExportFormat, ExportRequest
from ctbox.workflows.index import IndexRequest, index_collection
from tests.builders import save_dataset, write_rgb
from tests.dicom.test_codecs import LOSSLESS, make_stored, write_gray
from tests.dicom.test_frames import make_enhanced, make_volume

PATIENTS = ("A0001", "B0001", "E0002", "G0001")


def build_corpus(data: Path, folder: Path) -> dict[str, list[Path]]:
    """Write seed files below a folder; return them by kind.

    Parameters
    ----------
    data : pathlib.Path
        With `lung-pet-ct-dx` and `codec-zoo`.
    folder : pathlib.Path
        An empty folder.
    """
    real = data / "lung-pet-ct-dx"
    dicom = sorted((data / "codec-zoo").glob("*.dcm"))
    dicom += [_extract(real, patient, folder) for patient in (*PATIENTS, "B0040")]
    dicom += _encode_every_codec(folder / "codecs")
    xml = _extract_xml(real, folder / "xml")
    archives = [_pack(name, dicom, xml, folder) for name in ("stored", "deflated")]
    return {
        "dicom": dicom,
        "xml": xml,
        "zip": archives,
        "report": _write_reports(real, folder),
        "table": [real / "statistics-clinical-20201221.xlsx"],
        "catalogue": [_write_catalogue(dicom, folder)],
    }


def _extract(real: Path, patient: str, folder: Path) -> Path:
    """Unpack the middle slice of a real patient."""
    with zipfile.ZipFile(real / f"Lung_Dx-{patient}.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".dcm"))
        out = folder / "real" / f"{patient}.dcm"
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(archive.read(names[len(names) // 2]))
    return out


def _encode_every_codec(folder: Path) -> list[Path]:
    files = []
    for syntax, encode in LOSSLESS:
        stored = make_stored("int16")
        path = folder / f"{syntax}.dcm"
        write_gray(path, stored, syntax, encode(stored))
        files.append(path)
    files.append(write_rgb(folder / "colour.dcm"))
    files.append(save_dataset(make_enhanced(make_volume()), folder / "enhanced.dcm"))
    return files


def _extract_xml(real: Path, folder: Path) -> list[Path]:
    """Unpack three annotation files of each real patient."""
    folder.mkdir()
    files = []
    for patient in PATIENTS:
        with zipfile.ZipFile(real / f"Lung_Dx-{patient}.zip") as archive:
            names = sorted(name for name in archive.namelist() if name.endswith(".xml"))
            for name in names[:3]:
                out = folder / name.rpartition("/")[2]
                out.write_bytes(archive.read(name))
                files.append(out)
    return files


def _pack(kind: str, dicom: list[Path], xml: list[Path], folder: Path) -> Path:
    """Pack a few files as a download has them."""
    method = zipfile.ZIP_STORED if kind == "stored" else zipfile.ZIP_DEFLATED
    path = folder / f"{kind}.zip"
    small = [file for file in dicom if file.stat().st_size < 100_000]
    with zipfile.ZipFile(path, "w", method) as archive:
        for file in small[:12]:
            archive.write(file, f"Lung_Dx-A0001/study/{file.name}")
        for file in xml[:4]:
            archive.write(file, f"Annotation/A0001/{file.name}")
    return path


def _write_reports(real: Path, folder: Path) -> list[Path]:
    """Export one patient's boxes as SR, COCO, YOLO and CSV."""
    source = real / "Lung_Dx-E0003.zip"
    files: list[Path] = []
    for to in (ExportFormat.SR, ExportFormat.COCO, ExportFormat.YOLO, ExportFormat.CSV):
        out = folder / "exported" / str(to)
        export(ExportRequest(source, out, to), TaskContext())
        files += [file for file in sorted(out.rglob("*")) if file.is_file()]
    return [file for file in files if file.name != "NOTICE.txt"][:12]


def _write_catalogue(dicom: list[Path], folder: Path) -> Path:
    path = folder / "catalogue.sqlite"
    index_collection(IndexRequest(dicom[0].parent, path, workers=1), TaskContext())
    with Catalog(path) as catalog:
        catalog.ask("PRAGMA wal_checkpoint(TRUNCATE)")
        catalog.ask("PRAGMA journal_mode = DELETE")
    return path
