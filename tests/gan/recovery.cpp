// Runs that are killed, interrupted or left without a reader: what was half done leaves no trace,
// and a resumed run's folder is that of a run which was never stopped.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "engine/engine.h"
#include "engine/graph/trace.h"
#include "engine/graph/write_onnx.h"
#include "layers/layers.h"
#include "tests/support/events.h"
#include "tests/support/program.h"

namespace {

namespace fs = std::filesystem;
using engine::Tensor;

const std::string kRecorded =
    " --preset sn-small --data shapes --set batch=2 g.batch=2 log_every=1 gradients_every=2 "
    "sample_every=1 checkpoint_every=2 ";

// log.csv without rates and times.
std::string without_times(const std::string& log) {
  std::istringstream rows(log);
  std::string kept;
  for (std::string row; std::getline(rows, row);)
    kept += row.substr(0, row.rfind(',', row.rfind(',') - 1)) + '\n';
  return kept;
}

// Every file of a run, save pictures of gradients and events, as far as it does not depend on time.
std::map<std::string, std::string> contents_of(const std::string& folder) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(folder);
    if (!entry.is_regular_file() || name.starts_with("events.") ||
        (name.starts_with("gradients.") && name != "gradients.csv"))
      continue;
    const std::string bytes = engine::read_file(entry.path());
    found[name] = name == "log.csv" ? without_times(bytes) : bytes;
  }
  return found;
}

// What TensorBoard shows: all events, save those that a later start of the run declares void.
std::set<std::string> shown(const std::string& folder) {
  std::map<std::string, engine::Index> records;  // with their step
  std::set<std::string> logs;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().starts_with("events.")) logs.insert(entry.path());
  for (const std::string& log : logs)
    for (const gan::run::events::Event& event : events_of(log, true)) {
      if (event.has_session_log())
        std::erase_if(records, [&](const auto& r) { return r.second >= event.step(); });
      for (const auto& value : event.summary().value())
        if (value.tag() != "steps_per_second")
          records[std::to_string(event.step()) + ' ' + value.SerializeAsString()] = event.step();
    }
  std::set<std::string> texts;
  for (const auto& [text, step] : records) texts.insert(text);
  return texts;
}

void check_same(const Scratch& scratch, const std::string& run, const std::string& whole) {
  const auto got = contents_of(scratch / run), expected = contents_of(scratch / whole);
  std::set<std::string> names, expected_names;
  for (const auto& [name, bytes] : got) names.insert(name);
  for (const auto& [name, bytes] : expected) expected_names.insert(name);
  CHECK(names == expected_names);
  for (const auto& [name, bytes] : expected) {
    CAPTURE(name);
    CHECK(got.contains(name));
    if (got.contains(name)) CHECK((got.at(name) == bytes));
  }
  CHECK((shown(scratch / run) == shown(scratch / whole)));
}

// Starts gan train in the background; `then` acts on $pid once `ready` succeeds (or after 60 s).
Outcome background(const Scratch& scratch, const std::string& arguments, const std::string& ready,
                   const std::string& then, const char* before = "") {
  return kGan.run(scratch, std::string(before) + " '" + kGan.path() + "' train " + arguments +
                               " & pid=$!; n=0; until { " + ready +
                               "; } || [ $n -gt 1200 ]; do sleep 0.05; n=$((n + 1)); done; " +
                               then + "; wait $pid");
}

TEST_CASE("recovery: killed between the writes of a step, again and again") {
  const Scratch scratch;
  REQUIRE(kGan.run(scratch, "gan train --steps 9 --out whole" + kRecorded).status == 0);
  const auto killed = [&](const std::string& arguments, const std::string& ready) {
    kGan.run(scratch, "{ '" + kGan.path() + "' train " + arguments +
                          " & } ; pid=$!; n=0; until { " + ready +
                          "; } || [ $n -gt 3000 ]; do sleep 0.01; n=$((n + 1)); done; "
                          "kill -9 $pid; wait $pid 2>/dev/null; true");
  };
  // Before any checkpoint; then right behind a grid, a row, a checkpoint.
  killed("--steps 9 --out run" + kRecorded, "[ -f run/samples/000001.png ]");
  fs::remove(scratch / "run/checkpoint.safetensors");  // wherever the kill came
  killed("--steps 9 --out run" + kRecorded, "[ -f run/checkpoint.safetensors ]");
  killed("--resume run", "[ -f run/samples/000004.png ]");
  killed("--resume run", "grep -q ^5, run/log.csv");
  killed("--resume run", "grep -q ^6, run/gradients.csv");
  REQUIRE(fs::exists(scratch / "run/checkpoint.safetensors"));
  kGan.run(scratch, "gan train --resume run");
  check_same(scratch, "run", "whole");
  CHECK(!fs::exists(scratch / "run/run.lock"));
}

TEST_CASE("recovery: everything that a kill can leave of later steps is made again") {
  const Scratch scratch;
  REQUIRE(kGan.run(scratch, "gan train --steps 8 --out whole" + kRecorded).status == 0);
  REQUIRE(kGan.run(scratch, "gan train --steps 4 --out run" + kRecorded).status == 0);
  std::ofstream(scratch / "run/log.csv", std::ios::app) << "5,0,0,0,0,0,0\n6,0,";
  std::ofstream(scratch / "run/gradients.csv", std::ios::app) << "6,d.0,1,1,1\n6,d.";
  for (const char* left : {"samples/000005.png", "samples/000900.png", "samples/000006.png.3-1.tmp",
                           "checkpoint.safetensors.3-2.tmp", "run.lock"})
    scratch.write(std::string("run/") + left, "half a file");
  // The grid of the checkpoint's own step, and all the others with it.
  fs::rename(scratch / "run/samples", scratch / "samples");
  CHECK(kGan.run(scratch, "gan train --resume run --steps 8").status == 0);
  CHECK(fs::exists(scratch / "run/samples/000004.png"));
  for (const char* early : {"000001.png", "000002.png", "000003.png"})
    fs::copy_file(scratch / "samples" + ("/" + std::string(early)),
                  scratch / "run/samples" + ("/" + std::string(early)));
  check_same(scratch, "run", "whole");
}

TEST_CASE("recovery: the terminal closes, the reader dies: the step is finished and saved") {
  const std::string ready = "[ -f run/log.csv ] && [ $(wc -l <run/log.csv) -gt 1 ]";
  for (const std::string signal : {"INT", "TERM", "HUP"}) {
    CAPTURE(signal);
    const Scratch scratch;
    const Outcome outcome = background(scratch, "--steps 100000 --out run" + kRecorded, ready,
                                       "kill -" + signal + " $pid", "env --default-signal=HUP");
    CHECK(outcome.status == 0);
    CHECK(outcome.err.find("gan: interrupted: the step at hand is finished") != std::string::npos);
    CHECK(kGan.run(scratch, "gan sample run").status == 0);
  }
  const Scratch scratch;
  // nohup: the program is to outlive its terminal.
  const Outcome nohup = background(scratch, "--steps 30 --out kept" + kRecorded,
                                   "[ -f kept/samples/000003.png ]", "kill -HUP $pid", "nohup");
  CHECK(nohup.status == 0);
  CHECK(nohup.err.find("interrupted") == std::string::npos);
  CHECK(fs::exists(scratch / "kept/samples/000030.png"));

  // 2>&1 | tee log, where tee dies first.
  const Outcome piped =
      kGan.run(scratch, "{ '" + kGan.path() + "' train --steps 4 --out run" + kRecorded +
                            " 2>&1; echo $? >status; } | true; until [ -s status ]; do sleep 0.1; "
                            "done; cat status");
  CHECK(piped.out == "0\n");  // nothing but lines was lost
  CHECK(fs::exists(scratch / "run/samples/000004.png"));
  kGan.run(scratch, "gan train --resume run --steps 6 >/dev/full 2>&1");
  CHECK(fs::exists(scratch / "run/samples/000006.png"));
  // Commands whose output is the work end quietly.
  const Outcome head = kGan.run(scratch, "gan train --help | head -1; gan sample run | head -0");
  CHECK(head.status == 0);
  CHECK(head.err.empty());
}

TEST_CASE("recovery: one process trains in a folder, and a killed one holds nothing") {
  const Scratch scratch;
  const Outcome outcome = background(
      scratch, "--steps 100000 --out run" + kRecorded, "[ -f run/checkpoint.safetensors ]",
      "gan train --resume run >resumed.txt 2>&1; echo $? >>resumed.txt; "
      "gan train --out run --preset sn-small >again.txt 2>&1; echo $? >>again.txt; "
      "echo $pid >pid.txt; kill -9 $pid");
  CHECK(outcome.status == 137);
  std::string pid = engine::read_file(scratch / "pid.txt");
  pid.pop_back();
  const std::string resumed = engine::read_file(scratch / "resumed.txt");
  INFO(resumed);
  CHECK(resumed.starts_with("gan: run: is in use by process " + pid + " on "));
  CHECK(resumed.find("train --steps 100000 --out run") != std::string::npos);
  CHECK(resumed.ends_with("\n1\n"));
  CHECK(engine::read_file(scratch / "again.txt").find("already holds a run") != std::string::npos);
  CHECK(kGan.run(scratch, "gan train --resume run --minutes 0.001").status == 0);

  // Two that start at once without --out have a folder each.
  const Outcome two = kGan.run(
      scratch, "gan train --steps 1" + kRecorded + "& gan train --steps 1" + kRecorded + "; wait");
  CHECK(two.status == 0);
  for (const char* n : {"1", "2"})
    CHECK(fs::exists(scratch / "runs/sn-small-shapes-" + (n + std::string("/log.csv"))));
}

// A scorer of 32x32 images that looks at colours alone.
void write_scorer(const std::string& path) {
  auto model = engine::graph::trace(
      [](const Tensor& x) {
        return matmul_nt(global_average_pool(x / 127.5F - 1.0F),
                         Tensor::from({3, 3}, {5, 0, 0, 0, 5, 0, 0, 0, 5}));
      },
      {1, 32, 32, 3}, "images", "logits");
  model.metadata["kantor.scorer"] = "colors";
  engine::graph::save_onnx(path, model);
}

TEST_CASE("recovery: an interrupt while images are scored loses neither step nor row") {
  const Scratch scratch;
  write_scorer(scratch / "s.onnx");
  const std::string scored = kRecorded + "score_every=2 score_images=4000 --scorer s.onnx ";
  REQUIRE(kGan.run(scratch, "gan train --steps 3 --out whole" + scored).status == 0);
  // Gradients are written before the step is scored.
  const Outcome outcome = background(scratch, "--steps 3 --out run" + scored,
                                     "grep -sq ^2,g run/gradients.csv", "kill -INT $pid");
  CHECK(outcome.status == 0);
  REQUIRE(outcome.err.find("interrupted at step 2") != std::string::npos);
  CHECK(engine::read_file(scratch / "run/log.csv").find("\n2,") == std::string::npos);
  CHECK(kGan.run(scratch, "gan train --resume run").status == 0);
  check_same(scratch, "run", "whole");
}

TEST_CASE("recovery: a process whose folder was moved away leaves the new run alone") {
  const Scratch scratch;
  const Outcome outcome = background(
      scratch, "--steps 100000 --out run" + kRecorded, "[ -f run/checkpoint.safetensors ]",
      "mv run away; gan train --steps 2 --seed 7 --out run" + kRecorded + ">/dev/null 2>&1");
  CHECK(outcome.status == 1);  // its folder is gone, or its lock is another's
  CHECK(fs::exists(scratch / "run/samples/000002.png"));
  CHECK(!fs::exists(scratch / "run/samples/000003.png"));
}

}  // namespace
