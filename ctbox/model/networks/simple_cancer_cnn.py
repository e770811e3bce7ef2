"""SimpleCancerCNN, the network of the 2023 thesis that ctbox is measured against."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

SIDE = 512
PARAMETERS = 134_223_812
_AIR_HU = -1024.0


class SimpleCancerCNN(nn.Module):
    """Two convolutions and two linear layers that regress one box from one slice.

    Stands exactly as published [1]_: conv 1→16 3×3, ReLU, pool 2, conv 16→32 3×3, ReLU,
    pool 2, flatten, linear to 256, ReLU, linear to 4. The 134,223,812 parameters take 537 MB
    as float32, nearly all of them in the first linear layer.

    Parameters
    ----------
    side : int
        Rows and columns of the slices; 512 is the published network, and others exist for
        tests only.

    Notes
    -----
    Its author trains with MSE on raw x1, y1, x2, y2, Adam 1e-4, batches of 16 and 1000 epochs,
    on slices split at random, so that neighbours of one tumour stand on both sides. The
    figures reported for it (IoU 0.80 on small cell carcinoma) are therefore LEAKY.

    References
    ----------
    .. [1] SimpleCancerCNN, thesis on lung tumour detection with the Lung-PET-CT-Dx
       collection, 2023.
    """

    def __init__(self, side: int = SIDE) -> None:
        super().__init__()
        if side < 4 or side % 4:
            raise ValueError(f"The side must be a multiple of 4, got {side}.")
        self.side = side
        self.conv1 = nn.Conv2d(1, 16, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        self.fc1 = nn.Linear(32 * (side // 4) * (side // 4), 256)
        self.fc2 = nn.Linear(256, 4)

    def forward(self, slices: torch.Tensor) -> torch.Tensor:
        """Return one box for each slice.

        Parameters
        ----------
        slices : torch.Tensor
            float (N, 1, side, side), as `prepare_slices` makes them.

        Returns
        -------
        torch.Tensor
            float (N, 4): x1, y1, x2, y2 in pixels of the (side, side) picture, unordered and
            unbounded, since nothing in the network keeps them in place.

        Raises
        ------
        ValueError
            If the slices have another shape.
        """
        return self.regress(self.extract(slices))

    def extract(self, slices: torch.Tensor) -> torch.Tensor:
        """Return the last convolution's features (N, 32, side / 4, side / 4).

        Raises
        ------
        ValueError
            If the slices have another shape than `forward` takes.
        """
        if tuple(slices.shape[1:]) != (1, self.side, self.side):
            expected = f"(N, 1, {self.side}, {self.side})"
            raise ValueError(f"Slices must have shape {expected}, got {tuple(slices.shape)}.")
        features = self.pool(functional.relu(self.conv1(slices)))
        last: torch.Tensor = self.pool(functional.relu(self.conv2(features)))
        return last

    def regress(self, features: torch.Tensor) -> torch.Tensor:
        """Return the boxes (N, 4) that features from `extract` lead to."""
        hidden = functional.relu(self.fc1(features.flatten(1)))
        boxes: torch.Tensor = self.fc2(hidden)
        return boxes

    def attribute(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return boxes, and how much each place of the features adds to their four numbers.

        Gradient times activation, summed over channels, as in HiResCAM [1]_; Grad-CAM's mean
        over places would blur it, since every place has weights of its own here.

        Parameters
        ----------
        features : torch.Tensor
            (N, 32, h, w), as `extract` returns them.

        Returns
        -------
        tuple of torch.Tensor
            Boxes (N, 4), and contributions (N, h, w) in pixels: of each number's contribution
            the amount, summed over the four.

        References
        ----------
        .. [1] Draelos, R. L., Carin, L., "Use HiResCAM instead of Grad-CAM for faithful
           explanations of convolutional neural networks", arXiv:2011.08891.
        """
        with torch.enable_grad():
            leaf = features.detach().requires_grad_()
            boxes = self.regress(leaf)
            amounts = torch.zeros_like(features[:, 0])
            for number in range(boxes.shape[1]):
                (slope,) = torch.autograd.grad(boxes[:, number].sum(), leaf, retain_graph=True)
                amounts += (slope * features).sum(dim=1).abs()
        return boxes.detach(), amounts


def prepare_slices(hu: torch.Tensor, side: int = SIDE) -> torch.Tensor:
    """Return slices as the network was fed them: stored values over the slice's maximum.

    The thesis divides the stored values of each slice by their maximum. HU + 1024, clipped at
    0, are those values on every scanner of the collection, whose rescale intercept is −1024;
    clipping takes the padding outside the field of view, as in the files.

    Parameters
    ----------
    hu : torch.Tensor
        Slices (N, rows, columns) in HU, of any dtype.
    side : int
        Rows and columns of the result; slices of another size are resized bilinearly.

    Returns
    -------
    torch.Tensor
        float32 (N, 1, side, side) in 0…1; a slice without anything above air is all 0.

    Raises
    ------
    ValueError
        If `hu` has not three axes.
    """
    if hu.ndim != 3:
        raise ValueError(f"Slices must have shape (N, rows, columns), got {tuple(hu.shape)}.")
    stored = (hu.to(torch.float32) - _AIR_HU).clamp(min=0).unsqueeze(1)
    if stored.shape[-2:] != (side, side):
        stored = functional.interpolate(
            stored, size=(side, side), mode="bilinear", align_corners=False, antialias=True
        )
    peak = stored.amax(dim=(1, 2, 3), keepdim=True)
    return stored / torch.where(peak > 0, peak, torch.ones_like(peak))
