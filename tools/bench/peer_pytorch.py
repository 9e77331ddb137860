"""The work of bench's cases in PyTorch on the CPU, for `bench --peer pytorch`.

Reads one request a line from stdin and answers one line on stdout:
    {"prepare": NAME, "work": KIND, ...}   builds the case, runs it once     -> {"ok": true}
    {"run": NAME}                          runs it once more                 -> {"seconds": 0.123}
    {"forget": NAME}                                                         -> {"ok": true}
    {"memory": true}                       most memory so far, in MiB, and what was held when the
                                           library had been loaded           -> {"peak": 900, "loaded": 400}
A line that fails is answered {"error": "..."}. The first line written is {"version": "2.1.0"}.
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm


def sn_cnn(width):
    """Generator and discriminator of gan/models/sn_cnn.cpp for 32x32 images, widths times `width`."""
    wide = lambda channels: int(channels * width)
    g = [nn.Linear(128, 16 * wide(512)), nn.Unflatten(1, (wide(512), 4, 4))]
    for channels in (512, 256, 128):
        g += [nn.ConvTranspose2d(wide(channels), wide(channels // 2), 4, 2, 1),
              nn.BatchNorm2d(wide(channels // 2)), nn.ReLU()]
    g += [nn.Conv2d(wide(64), 3, 3, 1, 1), nn.Tanh()]
    d, before, halve = [], 3, False
    for channels in (64, 64, 128, 128, 256, 256, 512):
        kernel, stride = (4, 2) if halve else (3, 1)
        d += [spectral_norm(nn.Conv2d(before, wide(channels), kernel, stride, 1)), nn.LeakyReLU(0.1)]
        before, halve = wide(channels), not halve
    d += [nn.Flatten()]
    return nn.Sequential(*g), d, before, 128


class Up(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.n1, self.n2 = nn.BatchNorm2d(c), nn.BatchNorm2d(c)
        self.c1, self.c2 = nn.Conv2d(c, c, 3, 1, 1), nn.Conv2d(c, c, 3, 1, 1)
        self.shortcut = nn.Conv2d(c, c, 1)

    def forward(self, x):
        y = self.c1(F.interpolate(F.relu(self.n1(x)), scale_factor=2))
        return self.c2(F.relu(self.n2(y))) + F.interpolate(self.shortcut(x), scale_factor=2)


class Down(nn.Module):
    def __init__(self, before, c, pool, first=False):
        super().__init__()
        self.c1 = spectral_norm(nn.Conv2d(before, c, 3, 1, 1))
        self.c2 = spectral_norm(nn.Conv2d(c, c, 3, 1, 1))
        self.shortcut = spectral_norm(nn.Conv2d(before, c, 1)) if pool else None
        self.pool, self.first = pool, first

    def forward(self, x):
        y = self.c2(F.relu(self.c1(x if self.first else F.relu(x))))
        if not self.pool:
            return y + x
        return F.avg_pool2d(y, 2) + self.shortcut(F.avg_pool2d(x, 2))


class Sum(nn.Module):
    def forward(self, x):
        return F.relu(x).sum((2, 3))


def sn_resnet(width):
    c, k = int(256 * width), int(128 * width)
    g = nn.Sequential(nn.Linear(128, 16 * c), nn.Unflatten(1, (c, 4, 4)), Up(c), Up(c), Up(c),
                      nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, 3, 3, 1, 1), nn.Tanh())
    d = [Down(3, k, True, True), Down(k, k, True), Down(k, k, False), Down(k, k, False), Sum()]
    return g, d, k, 128


def adam(parameters):
    """One kernel for all parameters, where this PyTorch has it for the CPU (2.4 and later)."""
    try:
        return torch.optim.Adam(parameters, 2e-4, (0.0, 0.9), fused=True)
    except RuntimeError:
        return torch.optim.Adam(parameters, 2e-4, (0.0, 0.9))


def maybe_compiled(work, compiled):
    """With torch.compile's default backend; the first run compiles."""
    return torch.compile(work) if compiled else work


class Step:
    """One update of the discriminator or of the generator: hinge loss, spectral norm, Adam."""

    def __init__(self, model, batch, image, width, update, autocast, channels_last, compiled=False):
        g, d, last, self.z = {"sn-cnn": sn_cnn, "sn-resnet": sn_resnet}[model](width)
        side = image // 8
        if side != 4:  # the first image of the generator has an eighth of the sides
            g[0] = nn.Linear(self.z, g[0].out_features // 16 * side * side)
            g[1] = nn.Unflatten(1, (g[0].out_features // (side * side), side, side))
        flat = last * side * side if model == "sn-cnn" else last
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self.g = g.to(memory_format=layout)
        self.d = nn.Sequential(*d, spectral_norm(nn.Linear(flat, 1))).to(memory_format=layout)
        self.real = (torch.rand(batch, 3, image, image) * 2 - 1).to(memory_format=layout)
        self.batch, self.autocast = batch, autocast
        module = self.d if update == "discriminator" else self.g
        self.parameters = list(module.parameters())
        self.adam = adam(self.parameters)
        self.g, self.d = maybe_compiled(self.g, compiled), maybe_compiled(self.d, compiled)
        self.loss = self.of_discriminator if update == "discriminator" else self.of_generator

    def of_discriminator(self):
        with torch.no_grad():
            fake = self.g(torch.randn(self.batch, self.z))
        real, fake = self.d(torch.cat([self.real, fake])).chunk(2)  # one pass, as ours
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean()

    def of_generator(self):
        return -self.d(self.g(torch.randn(self.batch, self.z))).mean()

    def __call__(self):
        with torch.autocast("cpu", torch.bfloat16, enabled=self.autocast):
            loss = self.loss()
        gradients = torch.autograd.grad(loss, self.parameters)
        for parameter, gradient in zip(self.parameters, gradients):
            parameter.grad = gradient
        self.adam.step()


class Conv:
    """One slot of a convolution: the result, the gradient by the image or by the weight."""

    def __init__(self, batch, size, channels_in, channels_out, kernel, stride, padding, slot, autocast,
                 channels_last, compiled=False):
        layout = torch.channels_last if channels_last else torch.contiguous_format
        kind = torch.bfloat16 if autocast else torch.float32
        make = lambda *shape: torch.randn(*shape).to(kind).to(memory_format=layout)
        self.x = make(batch, channels_in, size, size)
        self.w = make(channels_out, channels_in, kernel, kernel)
        self.stride, self.padding, self.slot = stride, padding, slot
        self.y = F.conv2d(self.x, self.w, None, stride, padding)
        self.run = maybe_compiled(self.compute, compiled)

    def compute(self, x, w, y):
        if self.slot == "Y":
            return F.conv2d(x, w, None, self.stride, self.padding)
        wanted = [self.slot == "X", self.slot == "W", False]
        return torch.ops.aten.convolution_backward(
            y, x, w, None, [self.stride] * 2, [self.padding] * 2, [1, 1], False, [0, 0], 1, wanted)

    def __call__(self):
        with torch.no_grad():
            return self.run(self.x, self.w, self.y)


class Matmul:
    def __init__(self, m, n, k, autocast, compiled=False):
        kind = torch.bfloat16 if autocast else torch.float32
        self.a, self.b = torch.randn(m, k).to(kind), torch.randn(k, n).to(kind)
        self.run = maybe_compiled(torch.matmul, compiled)

    def __call__(self):
        return self.run(self.a, self.b)


class Inception:
    """torchvision's Inception-v3, forward, without its auxiliary head; batch norms folded, as ours."""

    def __init__(self, batch, autocast, channels_last, compiled=False):
        import torchvision
        from torch.fx.experimental import optimization

        layout = torch.channels_last if channels_last else torch.contiguous_format
        network = torchvision.models.inception_v3(weights=None, aux_logits=False,
                                                  init_weights=False)
        self.network = optimization.fuse(network.eval()).to(memory_format=layout)
        self.network = maybe_compiled(self.network, compiled)
        self.x = torch.rand(batch, 3, 299, 299).to(memory_format=layout)
        self.autocast = autocast

    def __call__(self):
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=self.autocast):
            return self.network(self.x)


KINDS = {"step": Step, "conv": Conv, "matmul": Matmul, "inception": Inception}


LOADED = "memory once PyTorch is loaded"


def peak_memory():
    """MiB of this process alone: getrusage counts what ran before exec as well."""
    with open("/proc/self/status") as status:
        lines = [line for line in status if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) / 1024 if lines else 0


def answer(request, cases):
    if "prepare" in request:
        kind = KINDS[request.pop("work")]
        name = request.pop("prepare")
        cases[name] = kind(**request)
        cases[name]()
        return {"ok": True}
    if "forget" in request:
        del cases[request["forget"]]
        return {"ok": True}
    if "memory" in request:
        return {"peak": peak_memory(), "loaded": cases[LOADED]}
    case = cases[request["run"]]
    start = time.perf_counter()
    case()
    return {"seconds": time.perf_counter() - start}


def main():
    torch.manual_seed(1)
    if len(sys.argv) > 1:
        torch.set_num_threads(int(sys.argv[1]))
    cases = {LOADED: peak_memory()}
    print(json.dumps({"version": torch.__version__}), flush=True)
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line), cases)
        except Exception as error:  # told to bench, which ends with it
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
