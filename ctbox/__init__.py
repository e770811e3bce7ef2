"""ctbox: find lung tumours on CT. Research use only, not for diagnosis."""

__version__ = "0.1.0"
