"""How a model is built and trained, as plain values; free of torch, for the window's sake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

DETECTOR = "lung-detector"
SIMPLE_CANCER_CNN = "simple-cancer-cnn"
ARCHITECTURES = (DETECTOR, SIMPLE_CANCER_CNN)

ConfigT = TypeVar("ConfigT")


def links_lesions(architecture: str) -> bool:
    """Return whether a network's boxes are linked into lesions of its own along z."""
    return architecture == DETECTOR


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The detector's input and size.

    Parameters
    ----------
    architecture : str
        One of `ARCHITECTURES`.
    pixel_size_mm : float
        Side of a pixel of the crop.
    crop_shape : tuple of int
        Rows and columns of the crop; multiples of 16 × `stem_factor`.
    neighbour_offset_mm : float
        Distance to the planes above and below that are looked at along with a slice.
    slab_mm : float
        Thinner slices are averaged to about this thickness.
    stem_factor : int
        Side of the square of pixels that the stem takes together: 2, or 4 for a crop of twice
        the rows and columns (448×512 at half the pixel size), which shows small tumours better
        and costs about as much, since all that follows the stem works on equally small maps.
    widths : tuple of int
        Channels at strides 1, 2, 4, 8 and 16 times `stem_factor`.
    depths : tuple of int
        Residual blocks at those strides.
    neck_width : int
        Channels of the feature pyramid and the heads.
    baseline_side : int
        Rows and columns that SimpleCancerCNN looks at; 512 as published.
    """

    architecture: str = DETECTOR
    pixel_size_mm: float = 1.25
    crop_shape: tuple[int, int] = (224, 256)
    neighbour_offset_mm: float = 5.0
    slab_mm: float = 4.0
    stem_factor: int = 2
    widths: tuple[int, ...] = (24, 48, 96, 144, 176)
    depths: tuple[int, ...] = (1, 1, 2, 2, 1)
    neck_width: int = 64
    baseline_side: int = 512

    def __post_init__(self) -> None:
        if self.architecture not in ARCHITECTURES:
            known = ", ".join(ARCHITECTURES)
            raise ValueError(f"Unknown architecture {self.architecture!r}; known are {known}.")
        if self.stem_factor not in (2, 4):
            raise ValueError(f"The stem takes 2 or 4 pixels together, not {self.stem_factor}.")
        coarsest = 16 * self.stem_factor
        if any(side % coarsest for side in self.crop_shape):
            message = f"Crop sides must be multiples of {coarsest}, got {self.crop_shape}."
            raise ValueError(message)

    @property
    def stride(self) -> int:
        """Pixels of the crop per cell of the network's maps."""
        return 2 * self.stem_factor


@dataclass(frozen=True, slots=True)
class InferenceConfig:
    """How network outputs become boxes and lesions.

    Parameters
    ----------
    heat_reach_mm : float
        Heat is averaged with neighbours up to this distance, with weights falling linearly.
    nms_iou : float
        Of two boxes on a slice that overlap more, the better one stays.
    max_candidates : int
        Boxes kept per slice before linking.
    quality_power : float
        Weight of the predicted IoU in a box's score: heat × quality ** power.
    link_iou : float
        Boxes of neighbouring slices overlapping more than this may belong to one lesion.
    link_gap_mm : float
        Longest distance bridged by a link.
    lesion_weight : float
        Share of the lesion's score in the score of its slice boxes, 0…1.
    smoothing_mm : float
        Reach along z of the smoothing of a lesion's slice boxes; 0 leaves them.
    max_lesions : int
        The best so many lesions of a volume are kept; what is left of false ones is bounded.
    lesion_share : float
        Lesions, and boxes of a slice looked at alone, with less than this share of the best
        one's score before calibration are dropped: beside a sure tumour, faint ones are false.
    max_slice_boxes : int
        Boxes kept on a slice that is looked at alone.
    flip : bool
        Whether the mirrored slice is looked at as well.
    score_scale, score_shift : float
        Calibration: a score s becomes sigmoid(scale · logit(s) + shift), so that of boxes with
        score 0.7 about 70 % are right on patients left out of training. Order is kept.
    """

    heat_reach_mm: float = 10.5
    nms_iou: float = 0.3
    max_candidates: int = 5
    quality_power: float = 0.5
    link_iou: float = 0.2
    link_gap_mm: float = 12.0
    lesion_weight: float = 0.5
    smoothing_mm: float = 7.5
    max_lesions: int = 3
    lesion_share: float = 0.3
    max_slice_boxes: int = 3
    flip: bool = False
    score_scale: float = 1.0
    score_shift: float = 0.0


@dataclass(frozen=True, slots=True)
class SampleMix:
    """Shares of the kinds of training samples; they are normalised to 1.

    Parameters
    ----------
    real, pasted, synthetic, grown, negative, phantom : float
        Annotated slices; real tumours of other training patients pasted in; synthetic
        tumours put into three planes of a real slice; synthetic tumours grown in three
        dimensions into real volumes; tumour-free slices; slices of phantoms.
    """

    real: float = 0.34
    pasted: float = 0.16
    synthetic: float = 0.08
    grown: float = 0.20
    negative: float = 0.22
    phantom: float = 0.0


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How a model is trained.

    Parameters
    ----------
    model : ModelConfig
        What is trained.
    epochs, steps_per_epoch : int
        Length; 0 steps per epoch means one pass over the annotated slices.
    batch_size : int
        Samples a step; halved when memory runs out.
    learning_rate, weight_decay : float
        Of AdamW (detector) or Adam (baseline).
    warmup_steps : int
        Steps over which the learning rate rises.
    ema_decay : float
        Of the averaged weights that are kept; 0 keeps the raw ones.
    gradient_clip : float
        Largest gradient norm.
    seed : int
        Of everything random.
    mix : SampleMix
        Kinds of samples.
    label_jitter_px : float
        Standard deviation of noise on the experts' box edges, in slice pixels.
    bf16 : bool
        Whether to train with bfloat16 where the processor has it.
    threads : int
        Compute threads; 0 leaves torch's choice. Fixed threads make a run repeatable.
    patience : int
        Epochs without a better validation that end the training; 0 never does.
    freeze_stages : int
        First stages of the network that stay as they are, for fine-tuning; the stem stays too.
    encoder_rate : float
        Learning rate of stem and stages as a share of the rest's, for fine-tuning.
    """

    model: ModelConfig = field(default_factory=ModelConfig)
    epochs: int = 10
    steps_per_epoch: int = 100
    batch_size: int = 12
    learning_rate: float = 2e-3
    weight_decay: float = 0.03
    warmup_steps: int = 60
    ema_decay: float = 0.995
    gradient_clip: float = 5.0
    seed: int = 1
    mix: SampleMix = field(default_factory=SampleMix)
    label_jitter_px: float = 2.0
    bf16: bool = True
    threads: int = 1
    patience: int = 0
    freeze_stages: int = 0
    encoder_rate: float = 1.0


def config_to_dict(config: ModelConfig | InferenceConfig | TrainingConfig) -> dict[str, Any]:
    """Return a configuration as JSON values."""
    return asdict(config)


def config_from_dict(kind: type[ConfigT], values: Mapping[str, Any]) -> ConfigT:
    """Return the configuration that JSON values describe; unknown keys are left out.

    Raises
    ------
    ValueError
        If a value is not allowed.
    """
    nested: dict[str, type[Any]] = {"model": ModelConfig, "mix": SampleMix}
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    given: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            continue
        if name in nested and isinstance(value, Mapping):
            given[name] = config_from_dict(nested[name], value)
        else:
            given[name] = tuple(value) if isinstance(value, list) else value
    return kind(**given)


def make_baseline_config(epochs: int = 100, seed: int = 1) -> TrainingConfig:
    """Return the published practice for SimpleCancerCNN: Adam 1e-4, batches of 16."""
    return TrainingConfig(
        model=ModelConfig(architecture=SIMPLE_CANCER_CNN),
        epochs=epochs,
        steps_per_epoch=0,
        batch_size=16,
        learning_rate=1e-4,
        weight_decay=0.0,
        ema_decay=0.0,
        gradient_clip=0.0,
        seed=seed,
        label_jitter_px=0.0,
        bf16=False,
    )
