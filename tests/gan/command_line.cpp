// The program `gan`, started as a user would: output, files, exit status.
#include <doctest/doctest.h>

#include <algorithm>

#include "datasets/dataset.h"
#include "engine/choices.h"
#include "engine/device.h"
#include "engine/graph/graph.h"
#include "gan/models/models.h"
#include "gan/training/config.h"
#include "gan/training/constraints.h"
#include "gan/training/losses.h"
#include "gan/training/presets.h"
#include "tests/gan/tiny_run.h"
#include "tests/support/program.h"

namespace {

using engine::read_file;

bool is_png(const std::string& path) { return read_file(path).starts_with("\x89PNG"); }

TEST_CASE("gan: help is complete and has examples") {
  const Scratch scratch;
  for (const std::string command :
       {"gan --help", "gan train --help", "gan sample --help", "gan export --help"}) {
    const Outcome outcome = kGan.run(scratch, command);
    CHECK(outcome.status == 0);
    CHECK(outcome.out.find("xample") != std::string::npos);
  }
  const std::string help = kGan.run(scratch, "gan train --help").out;
  for (const char* part : {"Examples:", "sn-resnet", "d.beta1", "toeplitz(", "--minutes"})
    CHECK(help.find(part) != std::string::npos);
}

TEST_CASE("gan: bad usage ends with status 2 and one line, and leaves nothing behind") {
  const Scratch scratch;
  const auto bad = [&](const std::string& arguments) {
    return kGan.run(scratch, "gan " + arguments);
  };
  CHECK(kGan.refused(bad(""), 2, "subcommand"));
  CHECK(kGan.refused(bad("trian"), 2, "'trian'", "--help"));
  CHECK(kGan.refused(bad("train --preset ''"), 2, "preset ''", "sn-small"));
  CHECK(kGan.refused(bad("train --preset big"), 2, "'big'", "sn-small"));
  CHECK(kGan.refused(bad("train --preset sn-small --steps many"), 2, "--steps"));
  CHECK(kGan.refused(bad("train --preset sn-small --steps 99999999999999999999"), 2, "--steps"));
  CHECK(kGan.refused(bad("train --preset sn-small --steps 0x10"), 2, "--steps", "whole number"));
  CHECK(kGan.refused(bad("train --preset sn-small --seed -1"), 2, "--seed", "'-1'"));
  CHECK(kGan.refused(bad("train --preset sn-small --minutes nan"), 2, "--minutes", "'nan'"));
  CHECK(kGan.refused(bad("train --preset sn-small --minutes 0"), 2, "--minutes", "greater than 0"));
  CHECK(kGan.refused(bad("sample r --seed -1"), 2, "--seed", "'-1'"));
  CHECK(kGan.refused(bad("sample r --out ''"), 2, "--out", "empty"));
  CHECK(kGan.refused(bad("sample r --count 0"), 2, "--count", "1 to 100000"));
  CHECK(kGan.refused(bad("audit r --images many"), 2, "--images", "'many'"));
  CHECK(kGan.refused(bad("train --preset sn-small --set g.rl=1"), 2, "'g.rl'", "'g.lr'"));
  CHECK(kGan.refused(bad("train --preset sn-small --set d.constraint=tight"), 2, "'tight'",
                     "toeplitz"));
  CHECK(kGan.refused(bad("train --resume r --preset sn-small"), 2, "--preset", "--set"));
  CHECK(kGan.refused(bad("train --resume r --out s"), 2, "--out", "omit"));
  CHECK(kGan.refused(bad("sample"), 2, "RUN"));
  CHECK(kGan.refused(bad("sample r --device gpu"), 2, "--device", "cuda"));
  CHECK(kGan.refused(bad("export"), 2, "RUN"));
  CHECK(kGan.refused(bad("export run"), 2, "--onnx"));
  CHECK(kGan.refused(bad("export run --onnx x --network both"), 2, "--network", "discriminator"));
  CHECK(!std::filesystem::exists(scratch / "runs"));
}

TEST_CASE("gan: the mistake that the user made comes first, in one line with one prefix") {
  const Scratch scratch;
  const auto first = [&](const std::string& arguments, int status, const std::string& part) {
    const Outcome outcome = kGan.run(scratch, "gan " + arguments);
    INFO(arguments);
    return kGan.refused(outcome, status, part) && outcome.err.find("gan: gan") == std::string::npos;
  };
  CHECK(first("train --data circles", 1, "'circles'"));
  CHECK(first("train --data shapes --set g.rl=1", 2, "'g.rl'"));
  CHECK(first("train --data images:none", 1, "none"));
  CHECK(first("train --data shapes --stesp 3", 2, "--stesp"));
  CHECK(first("sample --cuont 3", 2, "--cuont"));  // not: RUN is missing
  CHECK(first("export --onxn g.onnx", 2, "--onxn"));
}

TEST_CASE("gan train: sn-small on shapes is what runs where nothing else is asked for") {
  const Scratch scratch;
  const Outcome outcome = kGan.run(scratch, "gan train --steps 1 --set batch=2 g.batch=2");
  CAPTURE(outcome.err);
  REQUIRE(outcome.status == 0);
  const std::string run = scratch / "runs/sn-small-shapes-1";
  const gan::training::Config config =
      gan::training::from_json(read_file(run + "/config.json"), "");
  CHECK(config.model == "sn-small");
  CHECK(config.constraint.text() == "spectral(k=2)");
}

TEST_CASE("gan train: the same run to the bit, for any number of threads") {
  const Scratch scratch;
  for (const std::string threads : {"1", "2", "3"})
    REQUIRE(
        kGan.run(scratch, "gan train --steps 2 --threads " + threads + " --out " + threads + kTiny)
            .status == 0);
  for (const std::string threads : {"2", "3"})
    CHECK(read_file(scratch / (threads + "/checkpoint.safetensors")) ==
          read_file(scratch / "1/checkpoint.safetensors"));
}

TEST_CASE("gan: help lists what the tables hold") {
  const Scratch scratch;
  const std::string help = kGan.run(scratch, "gan train --help").out;
  const auto lists = [&](const std::vector<std::string>& names) {
    INFO(engine::alternatives(names));
    return help.find(engine::alternatives(names)) != std::string::npos;
  };
  CHECK(lists(engine::names_of(gan::models::all())));
  CHECK(lists(engine::names_of(gan::training::losses())));
  CHECK(lists(engine::Device::names()));
  CHECK(lists(engine::precision_names()));
  CHECK(lists(datasets::forms()));
  for (const gan::training::Preset& preset : gan::training::presets())
    CHECK(help.find(std::string(preset.name) + " ") != std::string::npos);
  for (const std::string& name : gan::training::constraint_names())
    CHECK(help.find("\n  " + name) != std::string::npos);
  for (const std::string& name : gan::training::penalty_names())
    CHECK(help.find("\n  " + name + "(") != std::string::npos);
  for (const std::string& name : gan::training::optimizer_names())
    CHECK(help.find("\n  " + name) != std::string::npos);
}

TEST_CASE("gan: work that fails ends with status 1 and one line, and leaves nothing behind") {
  const Scratch scratch;
  const auto fails = [&](const std::string& arguments) {
    return kGan.run(scratch, "gan " + arguments);
  };
  CHECK(kGan.refused(fails("train --preset sn-small --data images:none"), 1, "none"));
  CHECK(kGan.refused(fails("train --preset sn-small --data shapes --set data.resize=28"), 1,
                     "28x28", "data.resize=32"));
  CHECK(kGan.refused(fails("train --resume none"), 1, "none"));
  CHECK(kGan.refused(fails("train --preset sn-small --data shapes --scorer s.onnx"), 1, "s.onnx"));
  CHECK(kGan.refused(fails("sample none"), 1, "none"));
  CHECK(kGan.refused(fails("export none --onnx x.onnx"), 1, "none"));
  scratch.write("run/config.json", "{}");
  CHECK(kGan.refused(fails("sample run"), 1, "run", "no checkpoint"));
  CHECK(kGan.refused(fails("train --resume run"), 1, "run", "checkpoint", "--out"));
  const Outcome again = fails("train --preset sn-small --out run");
  CHECK(kGan.refused(again, 1, "run", "config.json", "new or empty folder"));
  CHECK(again.err.find("--resume") == std::string::npos);
  scratch.write("run/checkpoint.safetensors", "no checkpoint at all");
  CHECK(kGan.refused(fails("sample run"), 1, "run/checkpoint.safetensors"));
  const std::string longest(300, 'x');  // a name has at most 255 bytes
  CHECK(kGan.refused(fails("train --out " + longest), 1, longest + ": File name too long"));
  CHECK(kGan.refused(fails("train --resume " + longest), 1, longest));
  CHECK(!std::filesystem::exists(scratch / "runs"));
}

TEST_CASE("gan: train, resume and sample; a resumed run is the same to the byte") {
  const Scratch scratch;
  const Outcome whole =
      kGan.run(scratch, "gan train --steps 4 --out whole" + kTiny + "log_every=2");
  CHECK(whole.status == 0);
  CHECK(whole.out == "whole/checkpoint.safetensors\nwhole/samples/000004.png\n");
  CHECK(is_png(scratch / "whole/samples/000004.png"));
  CHECK(std::ranges::count(read_file(scratch / "whole/log.csv"), '\n') == 3);

  CHECK(kGan.run(scratch, "gan train --steps 2 --out run" + kTiny + "log_every=2").status == 0);
  const Outcome again = kGan.run(scratch, "gan train --steps 4 --out run" + kTiny);
  CHECK(again.status == 1);
  CHECK(again.err.find("gan: run: already holds a run; resume it with --resume run") !=
        std::string::npos);
  CHECK(kGan.run(scratch, "gan train --resume run --steps 2").status == 2);
  CHECK(kGan.run(scratch, "gan train --resume run --steps 4").status == 0);
  for (const std::string file : {"checkpoint.safetensors", "config.json", "samples/000004.png"})
    CHECK(read_file(scratch / ("run/" + file)) == read_file(scratch / ("whole/" + file)));

  CHECK(kGan.run(scratch, "gan sample run --count 5 --out a.png").out == "a.png\n");
  CHECK(kGan.run(scratch, "gan sample whole --count 5 --out b.png --seed 1 --no-ema").status == 0);
  CHECK(is_png(scratch / "a.png"));
  CHECK(read_file(scratch / "a.png") != read_file(scratch / "b.png"));

  CHECK(kGan.run(scratch, "gan train --steps 1 --seed 010" + kTiny).status == 0);  // not octal
  const std::string free = scratch / "runs/sn-small-shapes-1";
  CHECK(std::filesystem::exists(free + "/checkpoint.safetensors"));
  CHECK(gan::training::from_json(read_file(free + "/config.json"), "").seed == 10);
}

TEST_CASE("gan: a run is resumed from another folder than it was started in") {
  const Scratch scratch;
  REQUIRE(kGan.run(scratch, "gan train --steps 1 --out run" + kTiny).status == 0);
  const std::string picture = read_file(scratch / "run/samples/000001.png");  // 8 by 8 images of 32
  for (const char* name : {"a", "b"})
    scratch.write(std::string("images/") + name + ".png", picture);
  const std::string start =
      "gan train --steps 1 --out run2 --preset sn-small --set batch=2 g.batch=2 "
      "data.resize=32 ";
  const Outcome first =
      kGan.run(scratch, "export XDG_CACHE_HOME=$PWD; " + start + "--data images:./images");
  CHECK(first.status == 0);
  const Outcome second = kGan.run(scratch,
                                  "export XDG_CACHE_HOME=$PWD; mkdir elsewhere; cd elsewhere; "
                                  "gan train --resume ../run2 --steps 2");
  CHECK(second.status == 0);
  CHECK(second.out.ends_with("../run2/samples/000002.png\n"));
}

TEST_CASE("gan: a run does not go on beyond its decay, and no advice is given that is refused") {
  const Scratch scratch;
  REQUIRE(kGan.run(scratch, "gan train --steps 1 --out run" + kTiny + "decay_steps=2").status == 0);
  const Outcome beyond = kGan.run(scratch, "gan train --resume run --steps 3");
  CHECK(kGan.refused(beyond, 2, "--steps 3", "from step 2 on"));
  CHECK(beyond.err.find("decay_steps") == std::string::npos);
}

TEST_CASE("gan: export writes either network, and keeps what was there if it cannot") {
  const Scratch scratch;
  REQUIRE(kGan.run(scratch, "gan train --steps 2 --out run" + kTiny).status == 0);
  CHECK(kGan.run(scratch, "gan export run --onnx g.onnx").out == "g.onnx\n");
  CHECK(kGan.run(scratch, "gan export run --onnx raw.onnx --no-ema").status == 0);
  CHECK(kGan.run(scratch, "gan export run --onnx d.onnx --network discriminator").status == 0);
  const auto generator = engine::graph::Graph::load(scratch / "g.onnx");
  CHECK(generator.inputs()[0].extents == std::vector<engine::Index>{-1, 64});
  CHECK(generator.outputs()[0].extents == std::vector<engine::Index>{-1, 3, 32, 32});
  CHECK(generator.model().metadata.at("kantor.step") == "2");
  CHECK(read_file(scratch / "g.onnx") != read_file(scratch / "raw.onnx"));
  const auto discriminator = engine::graph::Graph::load(scratch / "d.onnx");
  CHECK(discriminator.outputs()[0].extents == std::vector<engine::Index>{-1, 1});
  CHECK(
      kGan.refused(kGan.run(scratch, "gan export run --onnx missing/g.onnx"), 1, "missing/g.onnx"));
  const std::string before = read_file(scratch / "g.onnx");
  CHECK(
      kGan.refused(kGan.run(scratch, "(ulimit -f 8; gan export run --onnx g.onnx)"), 1, "g.onnx"));
  CHECK(read_file(scratch / "g.onnx") == before);
}

// Trains in the background until `ready` is a command that succeeds, then does `then` to $pid.
Outcome interrupted_run(const Scratch& scratch, const std::string& options,
                        const std::string& ready, const std::string& then) {
  return kGan.run(scratch, "'" + kGan.path() + "' train --data shapes --out run " + options +
                               " & pid=$!; n=0; until " + ready +
                               " || [ $n -gt 600 ]; do sleep 0.1; n=$((n + 1)); done; " + then +
                               "; wait $pid");
}

TEST_CASE("gan: an interrupt finishes the step and leaves a checkpoint") {
  // The second: one interrupt that arrives twice, as timeout(1) sends it.
  for (const std::string then : {"kill -INT $pid", "kill -INT $pid; kill -INT $pid"}) {
    CAPTURE(then);
    const Scratch scratch;
    const Outcome outcome =
        interrupted_run(scratch, "--preset sn-small --set batch=2 g.batch=2 log_every=1",
                        "[ -f run/log.csv ] && [ $(wc -l <run/log.csv) -gt 1 ]", then);
    CHECK(outcome.status == 0);
    CHECK(outcome.err.find("interrupted at step") != std::string::npos);
    CHECK(kGan.run(scratch, "gan sample run").status == 0);
  }
}

TEST_CASE("gan: a second interrupt exits at once") {
  const Scratch scratch;
  const Outcome outcome =  // whose first step takes seconds
      interrupted_run(scratch, "--preset sn-resnet --set batch=256 g.batch=256",
                      "[ -f run/log.csv ]", "sleep 0.3; kill -INT $pid; sleep 0.5; kill -INT $pid");
  CHECK(outcome.status == 130);
  CHECK(outcome.err.find("interrupted at step") == std::string::npos);
}

TEST_CASE("gan: time that is over ends the run in good order") {
  const Scratch scratch;
  const Outcome outcome = kGan.run(scratch, "gan train --minutes 0.01 --out run" + kTiny);
  CHECK(outcome.status == 0);
  CHECK(outcome.err.find("time limit reached at step") != std::string::npos);
  CHECK(kGan.run(scratch, "gan sample run").status == 0);
}

TEST_CASE("gan: where files cannot grow, one line says so and the old checkpoint stays") {
  const Scratch scratch;
  CHECK(kGan.run(scratch, "gan train --steps 1 --out run" + kTiny).status == 0);
  const std::string before = read_file(scratch / "run/checkpoint.safetensors");
  const Outcome full = kGan.run(scratch, "ulimit -f 1000; gan train --resume run --steps 2");
  CHECK(full.status == 1);
  CHECK(full.err.find("gan: run/checkpoint.safetensors: cannot be written: File too large") !=
        std::string::npos);
  CHECK(read_file(scratch / "run/checkpoint.safetensors") == before);
  for (const auto& entry : std::filesystem::directory_iterator(scratch / "run"))
    CHECK(entry.path().extension() != ".tmp");
  CHECK(kGan.run(scratch, "gan train --resume run --steps 2").status == 0);
}

}  // namespace
