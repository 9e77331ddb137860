"""Hostile values for every option of every program, as their --help lists them."""
import functools
import re
import subprocess

# What each command needs to have been given, so that the hostile value is what is wrong.
BASES = {
    "gan train": "--preset sn-small --data images:images --set batch=2 g.batch=2 --steps 1 --out new",
    "gan sample": "partial --count 2 --out grid.png",
    "gan audit": "partial --images 2",
    "gan spectrum": "partial --out spectrum",
    "gan export": "partial --onnx out.onnx",
    "inception_score": "--graph scorer.onnx --images images --splits 1 --no-cache",
    "train_scorer": "--data images:images --out new.onnx --width 4 --batch 4 --epochs 1",
    "lipschitz_float conv": "--in 2 --out 2 --size 4",
    "lipschitz_float check": "golden.json",
    "onnx_conformance": "cases",
    "bench matmul": "--rounds 1",
    "bench conv": "--rounds 1 --batch 1 --image 8",
    "bench step": "--rounds 1 --batch 2 --image 8 --model sn-small",
}
FILES = ("partial", "images", "scorer.onnx", "golden.json", "cases", "mnist", "stats.npz")

TEXTS = ("", " ", "-", "--", "-1", "0", "00", "1", "2", "007", "+1", "1.5", "-0.0", "1e400", "1e-400", "1e-30",
         "nan", "-nan", "inf", "-inf", "0x10", "1_000", "1,2", "1;2", "1e3", "true", "yes", "none", "None",
         "2147483647", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808",
         "18446744073709551615", "18446744073709551616", "99999999999999999999999", "%s%n%x", "$(id)",
         "`id`", "a b", "a=b", "=", "==", "key=", "=value", "\n", "a\nb", "\t", "\x01", "\x1b[31mred", "\x7f",
         "\u00e9", "\u202e", "\U0001f600", "\udcff\udcfe", "x" * 300, "x" * 70_000, "(" * 2000, "[" * 2000, "../..",
         ".", "..", "nosuch", "nosuch/nosuch", "images", "images/a", "scorer.onnx", "scorer.onnx/x",
         "golden.json", "/dev/null", "/dev/full", "/proc/self/mem", "/proc", "/etc/passwd", "images:",
         "images:nosuch", "images:images/a/1.png", "images:images:images", "cifar10:images", "mnist:", "shapes",
         "shapes:x", ":", "::", "run:", "run:images", "cpu", "cuda", "gpu", "spectral", "spectral(", "spectral(k=)",
         "toeplitz(k=1e39)", "spectral+", "+", "hinge", "high", "sn-small", "highest,nosuch")
BEYOND = 1000  # of a number: more than this may rightly take for ever
PATIENCE = 10  # seconds for such a command before it is interrupted


@functools.cache
def help_of(program, *words):
    return subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True).stdout


def options_in(text):
    """[(option, whether it takes a value)] of a help text, positional arguments as None."""
    found = []
    section = ""
    for line in text.splitlines():
        if re.match(r"[A-Z]\w+:$", line):
            section = line
        match = re.match(r"  (-\S+)(?: ([A-Z]+\b|\[|UINT|INT|FLOAT|TEXT))?", line)
        if section == "Positionals:" and line.startswith("  "):
            found.append((None, True))
        elif section == "Options:" and match:
            name = match[1].split(",")[-1]
            if name not in ("--help", "--help-all"):
                found.append((name, match[2] is not None))
    return found


def keys_in(text):
    """The keys of --set, listed in the help text of gan train."""
    listed = text.partition("Keys of --set")[2].partition("d.constraint, one")[0]
    return re.findall(r"^  ([a-z_.]+) ", listed, re.MULTILINE)


def commands(good):
    """(words, options, keys) of every command of every program."""
    for name, program in sorted(good.programs.items()):
        text = help_of(program)
        subcommands = re.findall(r"^  ([a-z_-]+)  ", text.partition("Subcommands:")[2].split("\n\n")[0],
                                 re.MULTILINE)
        for words in [[name, sub] for sub in subcommands] or [[name]]:
            text = help_of(program, *words[1:])
            yield words, options_in(text), keys_in(text)


def option_value(trial):
    trial.give(*FILES)
    rng = trial.rng
    words, options, keys = rng.choice(list(commands(trial.good)))
    base = BASES.get(" ".join(words), "").split()
    values = []
    for _ in range(rng.choice((1, 1, 1, 2))):
        value = rng.choice(TEXTS)
        values.append(value)
        if keys and rng.random() < 0.5:
            base += ["--set", f"{rng.choice(keys)}={value}"]
            continue
        option, takes_value = rng.choice(options) if options else (None, True)
        if option is None:
            base = [value, *base[1:]] if base and not base[0].startswith("-") else [*base, value]
        elif not takes_value:
            base += [f"{option}={value}" if rng.random() < 0.3 else option]
        elif option in base:
            base[base.index(option) + 1] = value
        else:
            base += [option, value]
    if trial.good.user:
        trial.own(trial.good.user)
    trial.run_or_interrupt([*words, *base], PATIENCE, user=trial.good.user)
