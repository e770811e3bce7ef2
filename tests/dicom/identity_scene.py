"""Images that tell who the patient is in every way DICOM allows, and a list of all they tell."""

from __future__ import annotations

from pathlib import Path

from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence

from tests.builders import make_dataset, make_uid, save_dataset, set_tags

PATIENTS = ("MRN-778341", "MRN-990127")
DATES = {
    "StudyDate": "20090201",
    "SeriesDate": "20090202",
    "AcquisitionDate": "20090203",
    "ContentDate": "20090204",
    "InstanceCreationDate": "20090205",
    "PatientBirthDate": "19470311",
    # To the microsecond: the second in which an export is made may be one of these.
    "StudyTime": "143217.271828",
    "SeriesTime": "143318.314159",
    "AcquisitionTime": "143419.123456",
    "ContentTime": "143520.161803",
    "InstanceCreationTime": "143621.141421",
    "AcquisitionDateTime": "20090203143419.123456",
    "PerformedProcedureStepStartDate": "20090206",
}
TEXTS = {
    "AccessionNumber": "ACC4711-X",
    "StudyID": "STU-55667",
    "InstitutionName": "Riverside Hospital",
    "InstitutionAddress": "12 Harbour Lane",
    "InstitutionalDepartmentName": "Thorax Unit Seven",
    "StationName": "CTSUITE-09",
    "DeviceSerialNumber": "SN-8812345",
    "StudyDescription": "Follow up of Mrs Quillfeather",
    "SeriesDescription": "Quillfeather chest 5mm",
    "ProtocolName": "Protocol for Quillfeather",
    "ImageComments": "call 0301-5550199",
    "PatientComments": "lives in Marlowe Street",
    "AdditionalPatientHistory": "smoked forty pack years",
    "PatientAddress": "7 Marlowe Street",
    "PatientTelephoneNumbers": "0301-5550199",
    "OtherPatientIDs": "SSN-078051120",
    "Occupation": "lighthousekeeper",
    "EthnicGroup": "Martian",
    "MedicalRecordLocator": "Shelf 99-B",
    "RequestedProcedureDescription": "Staging Quillfeather",
    "PatientAge": "061Y",
    "PatientWeight": "73.625",
    "PatientSize": "1.6875",
    "ContrastBolusAgent": "Ultravist lot 77812",
    "PerformedProcedureStepID": "PPS-31337",
    "WindowCenterWidthExplanation": "as Quillfeather likes",
    # Kept attributes that tell a name all the same.
    "Manufacturer": "Built for Riverside Hospital",
    "ReconstructionMethod": "as QUILLFEATHER asked",
}
NAMES = {
    "PatientName": "Quillfeather^Ottoline",
    "ReferringPhysicianName": "Brockelhurst^Ignatius",
    "PerformingPhysicianName": "Vandersloot^Hyacinth",
    "OperatorsName": "Tattersall^Barnaby",
    "PhysiciansOfRecord": "Pennywhistle^Cornelius",
    "PatientMotherBirthName": "Fotheringay^Drusilla",
    "NameOfPhysiciansReadingStudy": "Ravenscroft^Leopold",
}
NESTED = ("NESTED-55190", "Nestor^Nested", "PRIVATE-Quillfeather-91", "1.2.3.4.5.6.7.777")


def list_identifiers(dataset: FileDataset) -> set[str]:
    """Return every text of an image that must be nowhere in a copy."""
    found = {str(dataset.PatientID), *DATES.values(), *TEXTS.values(), *NESTED}
    found -= {TEXTS["PatientAge"]}  # four characters that numbers may repeat
    for name in (*NAMES.values(), NESTED[1]):
        found |= set(name.split("^"))
    keywords = ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID")
    found |= {str(dataset[keyword].value) for keyword in keywords}
    return found | {"Quillfeather", "QUILLFEATHER", "AETITLE", "PREAMBLE", "Riverside"}


def make_telling(patient: str = PATIENTS[0], number: int = 1, series: str = "s") -> FileDataset:
    """Return a CT slice that tells everything, in order along z by its number."""
    dataset = make_dataset(
        patient_id=patient,
        instance_number=number,
        series_instance_uid=make_uid(patient, series),
        study_instance_uid=make_uid(patient),
        position=(-100.0, -100.0, 200.0 - 5 * number),
    )
    set_tags(dataset, {**DATES, **TEXTS, **NAMES})
    other = Dataset()
    other.PatientID, other.IssuerOfPatientID = NESTED[0], "Riverside Hospital"
    dataset.OtherPatientIDsSequence = Sequence([other])
    reference = Dataset()
    reference.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    reference.ReferencedSOPInstanceUID = NESTED[3]
    dataset.ReferencedImageSequence = Sequence([reference])
    region = Dataset()
    region.CodeValue, region.CodingSchemeDesignator = "39607008", "SCT"
    region.CodeMeaning = "Lung"
    region.OperatorsName = NESTED[1]
    dataset.AnatomicRegionSequence = Sequence([region])
    block = dataset.private_block(0x0009, "Riverside Hospital", create=True)
    block.add_new(0x01, "LO", NESTED[2])
    dataset.add_new(0x60000010, "US", 8)  # an overlay
    dataset.add_new(0x60004000, "LT", "Overlay of Quillfeather")
    dataset.file_meta.SourceApplicationEntityTitle = "AETITLE"
    dataset.preamble = b"PREAMBLE".ljust(128, b"\0")
    return dataset


def write_telling(folder: Path) -> list[FileDataset]:
    """Write two patients, two series each, in folders named after them; return the datasets."""
    written = []
    for patient in PATIENTS:
        for series in ("s", "t"):
            for number in (1, 2, 3):
                dataset = make_telling(patient, number, series)
                place = folder / "Quillfeather Ottoline" / patient / series
                save_dataset(dataset, place / f"Quillfeather-{number}.dcm")
                written.append(dataset)
    return written
