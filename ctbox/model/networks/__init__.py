"""The networks: the thesis's baseline and the detector."""
