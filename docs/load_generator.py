#!/usr/bin/env python3
"""Loads the averaged generator of an sn-small run into PyTorch, and saves 16 samples.

usage: load_generator.py RUN/checkpoint.safetensors SAMPLES.pt
"""
import sys

import torch
from safetensors.torch import load_file
from torch import nn

if len(sys.argv) != 3:
    sys.exit(__doc__)
tensors = load_file(sys.argv[1])
prefix = "average."
weights = {name[len(prefix):]: t for name, t in tensors.items() if name.startswith(prefix)}
if any(name.endswith(".gammas") for name in weights):
    sys.exit(sys.argv[1] + ": is of a conditional run; use gan export --class NAME")
side = int((weights["0.weight"].shape[0] / 128) ** 0.5)  # of the smallest image
channels = weights["10.weight"].shape[3]


class Unflatten(nn.Module):  # [N, H W C] to [N, C, H, W]
    def forward(self, x):
        return x.reshape(-1, side, side, 128).permute(0, 3, 1, 2)


up = lambda i, o: nn.ConvTranspose2d(i, o, 4, stride=2, padding=1)
generator = nn.Sequential(
    nn.Linear(64, side * side * 128), Unflatten(), nn.BatchNorm2d(128), nn.ReLU(),
    up(128, 64), nn.BatchNorm2d(64), nn.ReLU(),
    up(64, 32), nn.BatchNorm2d(32), nn.ReLU(), up(32, channels), nn.Tanh())
for name, t in weights.items():  # transposed kernels: [in, kH, kW, out] to [in, out, kH, kW]
    weights[name] = t.permute(0, 3, 1, 2) if t.dim() == 4 else t
print(generator.load_state_dict(weights, strict=False))
torch.save(generator.eval()(torch.randn(16, 64)).detach(), sys.argv[2])
