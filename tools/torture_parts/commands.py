"""Commands that are good as they are, with the files they read: what the other trials spoil."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Command:
    line: str
    needs: str  # good files and folders to copy beside it
    reads: str  # patterns of the files it reads

    @property
    def arguments(self):
        return self.line.split()


RUN = "partial/checkpoint.safetensors partial/config.json"
COMMANDS = (
    Command("gan train --resume partial --steps 20", "partial",
            RUN + " partial/log.csv partial/gradients.csv"),
    Command("gan sample partial --count 3 --out grid.png", "partial", RUN),
    Command("gan audit partial --images 4", "partial", RUN),
    Command("gan spectrum partial --out spectrum", "partial", RUN),
    Command("gan export partial --onnx out.onnx", "partial", RUN),
    Command("gan report partial --out page.html", "partial",
            RUN + " partial/log.csv partial/gradients.csv"),
    Command("gan train --preset sn-small --data images:images --set batch=2 g.batch=2 --steps 1 "
            "--out new", "images", "images/*/*"),
    Command("gan train --preset sn-small --data cifar10:cifar --set batch=2 g.batch=2 --steps 1 "
            "--out new", "cifar", "cifar/data_batch_*.bin"),
    Command("gan train --preset sn-small --data mnist:mnist --set data.resize=32 batch=2 g.batch=2 "
            "--steps 1 --out new", "mnist", "mnist/train-*"),
    Command("gan train --preset sn-small --data images:images --scorer scorer.onnx --set batch=2 "
            "g.batch=2 log_every=1 score_every=1 score_images=4 --steps 1 --out new",
            "images scorer.onnx", "scorer.onnx"),
    Command("train_scorer --data images:images --out new.onnx --width 4 --batch 4 --epochs 1",
            "images", "images/*/*"),
    Command("inception_score --graph scorer.onnx --images images --splits 1 --fid stats.npz",
            "scorer.onnx images stats.npz", "scorer.onnx images/*/* stats.npz"),
    Command("inception_score --graph scorer.onnx --images images.npz --splits 1 --kid images "
            "--kid-subset-size 2", "scorer.onnx images images.npz", "images.npz"),
    Command("inception_score --graph scorer.onnx --images run:partial --count 4 --splits 1",
            "scorer.onnx partial", RUN),
    Command("inception_score --graph scorer.onnx --images mnist-test:mnist --resize 16 --splits 1",
            "scorer.onnx mnist", "mnist/t10k-*"),
    Command("inception_score --graph critic.onnx --images images --splits 1", "critic.onnx images",
            "critic.onnx"),
    Command("onnx_conformance cases", "cases", "cases/*/model.onnx cases/*/*/*.pb"),
    Command("lipschitz_float check golden.json", "golden.json", "golden.json"),
    Command("lipschitz_float conv --file kernel.safetensors --tensor kernel --size 4",
            "kernel.safetensors", "kernel.safetensors"),
    Command("wasserstein exact kernel.safetensors:kernel kernel.safetensors", "kernel.safetensors",
            "kernel.safetensors"),
    Command("wasserstein exact images.npz images.npz --count 3", "images.npz", "images.npz"),
)

# Commands that write one file, and the file.
WRITERS = (
    (Command("gan sample partial --count 64 --out out.png", "partial", ""), "out.png"),
    (Command("gan export partial --onnx out.onnx", "partial", ""), "out.onnx"),
    (Command("train_scorer --data images:images --out out.onnx --width 4 --batch 4 --epochs 20",
             "images", ""), "out.onnx"),
    (Command("inception_score --graph scorer.onnx --images images --splits 1 --no-cache "
             "--save-stats out.npz", "scorer.onnx images", ""), "out.npz"),
)


def prepare(trial):
    """A command with its files in the trial's folder, and one of the files that it reads."""
    command, pattern = trial.turn((c, pattern) for c in COMMANDS for pattern in c.reads.split())
    trial.give(*command.needs.split())
    return command, trial.rng.choice(sorted(trial.folder.glob(pattern)))


def snapshot(trial):
    """The bytes of the good files in the trial's folder that can be read."""
    found = {}
    for path in trial.folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.parts[-2:-1] != ("cache",):
            try:
                found[path] = path.read_bytes()
            except OSError:
                pass
    return found
