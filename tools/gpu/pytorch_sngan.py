#!/usr/bin/env python3
"""The SN-GAN iteration of the preset sn-cnn in PyTorch, timed: what tools/gpu_check compares with.

One iteration is one update of the discriminator (hinge loss, spectral norm on every layer), one of
the generator, and one step of the generator's moving average; real images are gathered from bytes
on the device. Networks, losses and optimizers are those of Kantor's preset, initialised alike.

  eager   channels-last, cuDNN's own choice of algorithms, fused Adam; the generator's update takes
          no gradients of the discriminator's weights
  graphs  the same step through torch.compile(mode="reduce-overhead"), which replays CUDA graphs

Prints one line for each: "eager, highest: 12.34" in milliseconds, the median of the rounds.
"""

import argparse
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

Z_DIM = 128


def discriminator(widths):
    layers, channels, halve = [], 3, False
    for width in widths:
        kernel, stride = (4, 2) if halve else (3, 1)
        layers += [spectral_norm(nn.Conv2d(channels, width, kernel, stride, 1)),
                   nn.LeakyReLU(0.1)]
        channels, halve = width, not halve
    layers += [nn.Flatten(), spectral_norm(nn.Linear(4 * 4 * channels, 1))]
    return nn.Sequential(*layers)


def generator(widest):
    layers = [nn.Linear(Z_DIM, 4 * 4 * widest), nn.Unflatten(1, (widest, 4, 4))]
    channels = widest
    for _ in range(3):
        layers += [nn.ConvTranspose2d(channels, channels // 2, 4, 2, 1),
                   nn.BatchNorm2d(channels // 2), nn.ReLU()]
        channels //= 2
    layers += [nn.Conv2d(channels, 3, 3, 1, 1), nn.Tanh()]
    return nn.Sequential(*layers)


class Game:
    def __init__(self, options, device, compiled):
        torch.manual_seed(0)
        widest = options.width
        widths = [widest // 8, widest // 8, widest // 4, widest // 4, widest // 2, widest // 2,
                  widest]
        last = torch.channels_last
        self.g = generator(widest).to(device, memory_format=last)
        self.d = discriminator(widths).to(device, memory_format=last)
        self.average = [p.detach().clone() for p in self.g.parameters()]
        fused = device.type == "cuda"
        settings = {"lr": 2e-4, "betas": (0.5, 0.999), "fused": fused}
        self.g_adam = torch.optim.Adam(self.g.parameters(), **settings)
        self.d_adam = torch.optim.Adam(self.d.parameters(), **settings)
        self.images = torch.randint(0, 256, (options.images, 3, 32, 32), dtype=torch.uint8,
                                    device=device)
        self.batch, self.device = options.batch, device
        self.d_loss, self.g_loss = self.compute_d, self.compute_g
        if compiled:
            self.d_loss = torch.compile(self.compute_d, mode=options.compile_mode)
            self.g_loss = torch.compile(self.compute_g, mode=options.compile_mode)

    def compute_d(self):
        number = torch.randint(0, len(self.images), (self.batch,), device=self.device)
        real = self.images[number].float() / 127.5 - 1
        real = real.to(memory_format=torch.channels_last)
        with torch.no_grad():
            fake = self.g(torch.randn(self.batch, Z_DIM, device=self.device))
        return F.relu(1 - self.d(real)).mean() + F.relu(1 + self.d(fake)).mean()

    def compute_g(self):
        return -self.d(self.g(torch.randn(self.batch, Z_DIM, device=self.device))).mean()

    def step(self):
        for loss, adam in ((self.d_loss, self.d_adam), (self.g_loss, self.g_adam)):
            torch.compiler.cudagraph_mark_step_begin()
            self.d.requires_grad_(adam is self.d_adam)
            adam.zero_grad(set_to_none=True)
            loss().backward()
            adam.step()
        with torch.no_grad():
            torch._foreach_lerp_(self.average, list(self.g.parameters()), 1 - 0.999)


def milliseconds(game, options, device):
    def run(steps):
        for _ in range(steps):
            game.step()
        if device.type == "cuda":
            torch.cuda.synchronize()

    run(options.warm_up)
    times = []
    for _ in range(options.rounds):
        start = time.perf_counter()
        run(options.steps)
        times.append((time.perf_counter() - start) / options.steps * 1000)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n")[0],
        epilog="example: pytorch_sngan.py --device cpu --modes eager --width 64 --batch 4 --steps 2")
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--modes", default="eager,graphs", help="of eager and graphs")
    parser.add_argument("--precisions", default="highest,high", help="as PyTorch names them")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--width", type=int, default=512, help="channels of the widest layer")
    parser.add_argument("--images", type=int, default=50000, help="of the data set")
    parser.add_argument("--warm-up", type=int, default=20)
    parser.add_argument("--steps", type=int, default=50, help="of a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--compile-mode", default="reduce-overhead")
    options = parser.parse_args()
    device = torch.device(options.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        sys.exit("pytorch_sngan.py: PyTorch finds no GPU here; use --device cpu")
    torch.backends.cudnn.benchmark = True
    for mode in options.modes.split(","):
        if mode not in ("eager", "graphs"):
            parser.error(f"there is no mode '{mode}'; use eager or graphs")
    failed = False
    for precision in options.precisions.split(","):
        if precision not in ("highest", "high", "medium"):
            parser.error(f"there is no precision '{precision}'; use highest, high or medium")
        torch.set_float32_matmul_precision(precision)
        torch.backends.cudnn.allow_tf32 = precision != "highest"
        for mode in options.modes.split(","):
            try:  # what torch.compile cannot do must not cost the other lines
                game = Game(options, device, mode == "graphs")
                print(f"{mode}, {precision}: {milliseconds(game, options, device):.2f}", flush=True)
            except Exception as error:  # noqa: BLE001: of any kind
                failed = True
                print(f"{mode}, {precision}: failed, {type(error).__name__}", flush=True)
                print(error, file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
