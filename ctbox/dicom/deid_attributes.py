"""Which attributes a de-identified copy keeps: a list of what may stay, never of what must go.

PS3.15 Table E.1-1 names some 600 attributes that the Basic Application Level Confidentiality
Profile removes, empties or replaces, and every edition adds some. A list of what stays cannot miss
one: whatever is not named here is gone, private elements, overlays, and free text included.
Free text stays nowhere: descriptions, comments, protocol and device names all may hold names.
"""

from __future__ import annotations

EMPTIED = (
    "PatientName", "PatientBirthDate", "PatientSex", "StudyID", "AccessionNumber",
    "ReferringPhysicianName",
)  # fmt: skip
"""Type 2 attributes that must be there and say nothing (action Z)."""

DATE_TIMES = (
    ("StudyDate", "StudyTime"),
    ("SeriesDate", "SeriesTime"),
    ("AcquisitionDate", "AcquisitionTime"),
    ("ContentDate", "ContentTime"),
)
"""Moments told by two elements, which are shifted together."""

LONE_TIMES = ("RadiopharmaceuticalStartTime", "RadiopharmaceuticalStopTime")
"""Times of day (VR TM) without a date of their own."""
KEPT_MOMENTS = (
    "AcquisitionDateTime", "FrameAcquisitionDateTime", "FrameReferenceDateTime",
    "RadiopharmaceuticalStartDateTime", "DecayCorrectionDateTime",
)  # fmt: skip
"""Date times (VR DT), shifted by themselves."""

_IDENTITY = (
    "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID",
    "FrameOfReferenceUID", "SynchronizationFrameOfReferenceUID", "DimensionOrganizationUID",
    "ConcatenationUID", "Modality", "ImageType", "SeriesNumber", "InstanceNumber",
    "AcquisitionNumber", "TemporalPositionIdentifier", "NumberOfTemporalPositions",
    "ImagesInAcquisition", "Laterality", "PatientPosition", "BodyPartExamined",
    "PositionReferenceIndicator", "LossyImageCompression", "LossyImageCompressionRatio",
    "LossyImageCompressionMethod", "BurnedInAnnotation", "ConversionType", "ContentQualification",
    "VolumetricProperties", "VolumeBasedCalculationTechnique", "PresentationLUTShape",
)  # fmt: skip
_PIXELS = (
    "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames",
    "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    "SmallestImagePixelValue", "LargestImagePixelValue", "PixelPaddingValue",
    "PixelPaddingRangeLimit", "PixelAspectRatio", "RescaleIntercept", "RescaleSlope",
    "RescaleType", "WindowCenter", "WindowWidth", "VOILUTFunction", "Units", "CountsSource",
    "RedPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData",
    "GreenPaletteColorLookupTableData", "BluePaletteColorLookupTableData", "PixelData",
    "ExtendedOffsetTable", "ExtendedOffsetTableLengths",
)  # fmt: skip
_GEOMETRY = (
    "PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "ImageOrientationPatient",
    "ImagePositionPatient", "SliceThickness", "SliceLocation", "SpacingBetweenSlices",
    "GantryDetectorTilt", "TableHeight", "ReconstructionDiameter", "DataCollectionDiameter",
    "DistanceSourceToDetector", "DistanceSourceToPatient",
)  # fmt: skip
_ACQUISITION = (
    "Manufacturer", "ManufacturerModelName", "KVP", "XRayTubeCurrent", "Exposure", "ExposureTime",
    "ExposureInuAs", "XRayTubeCurrentInuA", "ExposureTimeInuS", "ConvolutionKernel", "FilterType",
    "RotationDirection", "ScanOptions", "FocalSpots", "GeneratorPower", "CTDIvol",
    "SpiralPitchFactor", "RevolutionTime", "SingleCollimationWidth", "TotalCollimationWidth",
    "TableSpeed", "TableFeedPerRotation", "ExposureModulationType", "EstimatedDoseSaving",
    "CorrectedImage", "DecayCorrection", "DecayFactor", "AttenuationCorrectionMethod",
    "ScatterCorrectionMethod", "RandomsCorrectionMethod", "ReconstructionMethod",
    "ActualFrameDuration", "FrameReferenceTime", "SeriesType", "NumberOfSlices",
    "NumberOfRRIntervals",
    "CollimatorType", "SliceSensitivityFactor", "DoseCalibrationFactor", "ScatterFractionFactor",
    "RadionuclideTotalDose", "RadionuclideHalfLife", "RadionuclidePositronFraction",
    "PatientOrientation",
)  # fmt: skip
_SEQUENCES = (
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "FrameContentSequence",
    "PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence",
    "FrameVOILUTSequence", "PixelValueTransformationSequence", "CTImageFrameTypeSequence",
    "CTAcquisitionTypeSequence", "CTReconstructionSequence", "CTExposureSequence",
    "CTXRayDetailsSequence", "CTGeometrySequence", "CTTableDynamicsSequence", "CTPositionSequence",
    "CTAcquisitionDetailsSequence", "CTAdditionalXRaySourceSequence", "FrameAnatomySequence",
    "AnatomicRegionSequence", "DimensionOrganizationSequence", "DimensionIndexSequence",
    "RadiopharmaceuticalInformationSequence", "RadionuclideCodeSequence",
)  # fmt: skip
_IN_SEQUENCES = (
    "FrameType", "PixelPresentation", "FrameAcquisitionNumber", "FrameAcquisitionDuration",
    "StackID", "InStackPositionNumber", "DimensionIndexValues", "TemporalPositionIndex",
    "DimensionIndexPointer", "FunctionalGroupPointer", "CodeValue", "CodingSchemeDesignator",
    "CodeMeaning", "AcquisitionType", "ConstantVolumeFlag", "FluoroscopyFlag",
    "ReconstructionAlgorithm", "ConvolutionKernelGroup", "ReconstructionFieldOfView",
    "ReconstructionPixelSpacing", "ReconstructionAngle", "ImageFilter",
    "ReconstructionTargetCenterPatient",
    "ExposureTimeInms", "XRayTubeCurrentInmA", "ExposureInmAs", "CTDIPhantomTypeCodeSequence",
    "WaterEquivalentDiameter", "CalciumScoringMassFactorDevice", "FrameLaterality",
    "TablePosition", "DataCollectionCenterPatient", "FilterMaterial",
)  # fmt: skip

KEPT = frozenset((*_IDENTITY, *_PIXELS, *_GEOMETRY, *_ACQUISITION, *_SEQUENCES, *_IN_SEQUENCES))
"""Keywords that stay, at the top and in every kept sequence."""
NEVER_NAMES = frozenset((*_PIXELS, "Modality"))
"""Code strings that an image cannot be shown without; a part of a name in them is chance."""
