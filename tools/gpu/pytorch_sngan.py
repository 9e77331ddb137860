#!/usr/bin/env python3
"""The SN-GAN iteration of Kantor's presets in PyTorch, timed: the peer of tools/gpu_check.

One iteration is N updates of the discriminator (hinge loss, spectral norm on every layer), one of
the generator, and one step of the generator's moving average; real images are gathered from bytes
on the device. Networks, losses and optimizers are those of the presets; the discriminator sees real
and fake images in one pass, as ours does.

  eager    channels-last, cuDNN's own choice of algorithms, fused Adam; the generator's update takes
           no gradients of the discriminator's weights
  graph    the same iteration, all of it captured once as one CUDA graph and replayed
  compile  both losses through torch.compile(mode="reduce-overhead"); last, and within a time limit

Precisions: highest is float32, high TF32, medium bfloat16 autocast (with TF32).
Prints a line for each: "sn-cnn 1 + 1, graph, high: 2.34 ms, 812 MiB", the median of the rounds by
device events, and the most memory that PyTorch reserved.
"""

import argparse
import pathlib
import signal
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "bench"))
from peer_pytorch import sn_cnn, sn_resnet  # noqa: E402: the networks that bench compares with too

MODELS = {"sn-cnn": (sn_cnn, 16), "sn-resnet": (sn_resnet, 1)}  # features of the last layer a channel
MODES = ("eager", "graph", "compile")
PRECISIONS = ("highest", "high", "medium")


class Game:
    def __init__(self, model, n_dis, precision, options):
        torch.manual_seed(0)
        self.device, self.batch, self.n_dis = torch.device(options.device), options.batch, n_dis
        networks, side = MODELS[model]
        g, d, channels, self.z = networks(options.width)
        d = nn.Sequential(*d, spectral_norm(nn.Linear(channels * side, 1)))
        self.g, self.d = (m.to(self.device, memory_format=torch.channels_last) for m in (g, d))
        self.g_parameters, self.d_parameters = (list(m.parameters()) for m in (self.g, self.d))
        self.average = [p.detach().clone() for p in self.g_parameters]
        on_gpu = self.device.type == "cuda"
        settings = {"lr": 2e-4, "betas": (0.5, 0.999), "fused": on_gpu, "capturable": on_gpu}
        self.g_adam = torch.optim.Adam(self.g_parameters, **settings)
        self.d_adam = torch.optim.Adam(self.d_parameters, **settings)
        self.images = torch.randint(0, 256, (options.images, 3, 32, 32), dtype=torch.uint8,
                                    device=self.device)
        self.autocast = precision == "medium"
        self.d_loss, self.g_loss = self.compute_d, self.compute_g

    def compile(self):
        self.d_loss = torch.compile(self.compute_d, mode="reduce-overhead")
        self.g_loss = torch.compile(self.compute_g, mode="reduce-overhead")

    def noise(self):
        return torch.randn(self.batch, self.z, device=self.device)

    def compute_d(self):
        number = torch.randint(0, len(self.images), (self.batch,), device=self.device)
        real = self.images[number].float() / 127.5 - 1
        with torch.no_grad():
            fake = self.g(self.noise())
        both = torch.cat([real, fake.float()]).to(memory_format=torch.channels_last)
        on_real, on_fake = self.d(both).chunk(2)
        return F.relu(1 - on_real).mean() + F.relu(1 + on_fake).mean()

    def compute_g(self):
        return -self.d(self.g(self.noise())).mean()

    def update(self, loss, parameters, adam):
        # Without a cache: an entry made while capturing would outlive the graph's memory.
        with torch.autocast(self.device.type, torch.bfloat16, self.autocast, cache_enabled=False):
            value = loss()
        for parameter, gradient in zip(parameters, torch.autograd.grad(value, parameters)):
            parameter.grad = gradient
        adam.step()

    def step(self):
        for _ in range(self.n_dis):
            torch.compiler.cudagraph_mark_step_begin()
            self.update(self.d_loss, self.d_parameters, self.d_adam)
        torch.compiler.cudagraph_mark_step_begin()
        self.update(self.g_loss, self.g_parameters, self.g_adam)
        with torch.no_grad():
            torch._foreach_lerp_(self.average, self.g_parameters, 1 - 0.999)


def as_graph(game):
    """All of an iteration as one CUDA graph."""
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):
            game.step()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        game.step()
    return graph.replay


def seconds(step, count, device):
    if device == "cpu":
        start = time.perf_counter()
        for _ in range(count):
            step()
        return time.perf_counter() - start
    before, after = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    before.record()
    for _ in range(count):
        step()
    after.record()
    after.synchronize()
    return before.elapsed_time(after) / 1000


def measure(model, n_dis, mode, precision, options):
    """Milliseconds of an iteration, and MiB that were reserved at most."""
    torch.set_float32_matmul_precision("highest" if precision == "highest" else "high")
    torch.backends.cudnn.allow_tf32 = precision != "highest"
    on_gpu = options.device == "cuda"
    if on_gpu:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    game = Game(model, n_dis, precision, options)
    step = game.step
    if mode == "compile":
        game.compile()
    elif mode == "graph":
        step = as_graph(game)
    seconds(step, options.warm_up, options.device)
    one = seconds(step, options.warm_up, options.device) / options.warm_up
    count = max(1, min(200, round(options.round_seconds / one)))
    times = [seconds(step, count, options.device) / count for _ in range(options.rounds)]
    memory = torch.cuda.max_memory_reserved() / 2**20 if on_gpu else 0
    return 1000 * statistics.median(times), memory


def within(limit, work):
    """Ends `work` with a TimeoutError after so many seconds."""
    def end(*_):
        raise TimeoutError(f"not done after {limit} s")

    signal.signal(signal.SIGALRM, end)
    signal.alarm(limit)
    try:
        return work()
    finally:
        signal.alarm(0)


def names(parser, text, known, what):
    chosen = text.split(",")
    for name in chosen:
        if name not in known:
            parser.error(f"unknown {what} '{name}'; use {', '.join(known)}")
    return chosen


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n")[0],
        epilog="example: pytorch_sngan.py --device cpu --modes eager --width 0.125 --batch 4")
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument("--precisions", default=",".join(PRECISIONS))
    parser.add_argument("--n-dis", default="1,5", help="updates of the discriminator [1,5]")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--width", type=float, default=1, help="factor on all channels")
    parser.add_argument("--images", type=int, default=50000, help="of the data set")
    parser.add_argument("--warm-up", type=int, default=5, help="iterations, twice")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--round-seconds", type=float, default=0.3)
    parser.add_argument("--compile-seconds", type=int, default=60, help="limit of each compiled row")
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        sys.exit("pytorch_sngan.py: PyTorch finds no GPU here; use --device cpu")
    torch.backends.cudnn.benchmark = True
    models = names(parser, options.models, MODELS, "model")
    modes = names(parser, options.modes, MODES, "mode")
    precisions = names(parser, options.precisions, PRECISIONS, "precision")
    n_dis = [int(n) for n in options.n_dis.split(",")]
    rows = [(model, n, mode, precision) for model in models for n in n_dis
            for precision in precisions for mode in modes if mode != "compile"]
    if "compile" in modes:  # last: it takes longest, and is the first to be given up
        rows += [(models[0], n_dis[0], "compile", precision) for precision in precisions]
    failed = False
    for model, n, mode, precision in rows:
        row = f"{model} {n} + 1, {mode}, {precision}"
        try:  # a row that fails must not cost the others
            work = lambda: measure(model, n, mode, precision, options)
            time_taken, memory = within(options.compile_seconds, work) if mode == "compile" else work()
            print(f"{row}: {time_taken:.2f} ms, {memory:.0f} MiB", flush=True)
        except Exception as error:  # noqa: BLE001: of any kind
            failed = True
            print(f"{row}: failed, {type(error).__name__}", flush=True)
            print(error, file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
