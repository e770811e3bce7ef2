"""Boxes to and from other tools' formats: plain values in, plain values out, no file touched."""
