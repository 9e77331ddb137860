// The program `train_scorer`, started as a user would: training, files, output, errors.
#include <doctest/doctest.h>

#include <filesystem>

#include "engine/engine.h"
#include "engine/graph/graph.h"
#include "gan/analysis/proxy_score.h"
#include "tests/support/program.h"

namespace {

using engine::read_file;

const Program kTrainScorer("tools/train_scorer/train_scorer");

TEST_CASE("train_scorer: learns shapes, writes a scorer that names itself and tells images apart") {
  const Scratch scratch;
  // 15,000 small images: two seconds.
  const Outcome outcome =
      kTrainScorer.run(scratch,
                       "train_scorer --data shapes --resize 16 --width 8 --epochs 0.25 "
                       "--batch 64 --lr 0.1 "
                       "--out s.onnx --name small");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  CHECK(outcome.out.ends_with("\ns.onnx\n"));
  const std::string before = "test accuracy ";
  REQUIRE(outcome.out.starts_with(before));
  CHECK(std::stod(outcome.out.substr(before.size())) > 0.8);  // guessing gives 0.1

  const auto graph = engine::graph::Graph::load(scratch / "s.onnx");
  CHECK(graph.model().metadata.at("kantor.scorer") == "small");
  CHECK(graph.inputs()[0].extents == std::vector<engine::Index>{-1, 3, 16, 16});
  CHECK(graph.outputs()[0].extents == std::vector<engine::Index>{-1, 10});

  // The views of all images are one batch: each image gets the mean of its own. To rounding, for
  // batches of other sizes are summed in other blocks.
  const engine::Tensor images = engine::uniform({3, 16, 16, 3}, 0, 255), together = graph(images);
  for (engine::Index i = 0; i < 3; ++i) {
    const engine::Tensor apart = slice(together, 0, i, i + 1) - graph(slice(images, 0, i, i + 1));
    CHECK(max(abs(apart), {0, 1}).item() < 1e-4);
  }

  const gan::analysis::ProxyScorer scorer(scratch / "s.onnx");
  const auto shapes = datasets::open("shapes", {.resize = 16});
  const gan::analysis::ProxyScore real = scorer(200, *shapes);
  const gan::analysis::ProxyScore grey = scorer(200, [](engine::Index, engine::Index count) {
    return engine::zeros({count, 16, 16, 3});
  });
  CHECK(real.covered == 10);
  // Images of one class give 1. With labels smoothed by 0.1 a perfect scorer gives 6.06; one that
  // learnt for two seconds is right more often than it is sure.
  CHECK(real.value > 2);
  CHECK(grey.value == doctest::Approx(1));  // all alike
  CHECK(grey.covered == 1);
}

TEST_CASE("train_scorer: what makes no sense is refused in one line, and nothing is written") {
  const Scratch scratch;
  scratch.write("empty/readme.txt", "no image");
  const auto refused = [&](const std::string& arguments, int status, const char* part) {
    const Outcome outcome = kTrainScorer.run(scratch, "train_scorer " + arguments);
    INFO(arguments);
    INFO(outcome.err);
    const std::string last = outcome.err.substr(0, outcome.err.size() - 1);
    const std::string line = last.substr(last.rfind('\n') + 1);
    return outcome.status == status && outcome.out.empty() && says(line, "train_scorer: ", part) &&
           !std::filesystem::exists(scratch / "s.onnx");
  };
  CHECK(refused("", 2, "--data"));
  CHECK(refused("--data shapes", 2, "--out"));
  CHECK(refused("--data shapes --out s.onnx --epochs none", 2, "--epochs"));
  CHECK(refused("--data shapes --out s.onnx --epochs 0", 2, "--epochs"));
  for (const char* option : {"--epochs", "--minutes", "--lr"})
    CHECK(refused(std::string("--data shapes --out s.onnx ") + option + " nan", 2, option));
  CHECK(refused("--data shapes --out s.onnx --width 2", 2, "--width"));
  CHECK(refused("--data circles --out s.onnx", 1, "'circles'"));
  CHECK(refused("--data images:empty --out s.onnx", 1, "empty"));
  CHECK(refused("--data shapes --out missing/s.onnx", 1, "missing"));
  CHECK(refused("--data shapes --out empty", 1, "empty"));
  CHECK(refused("--data shapes --resize 8 --out s.onnx", 1, "16x16"));
  CHECK(refused("--data shapes --out s.onnx --precision great", 2, "great"));
  CHECK(refused("--data shapes --out s.onnx --epochs 0.01 --lr 1e30", 1, "lower --lr"));
}

TEST_CASE("train_scorer: an interrupt leaves the file that was there before") {
  const Scratch scratch;
  scratch.write("s.onnx", "the one before");
  // Ctrl-C once it names its training data, for which it waits at most ten seconds.
  const Outcome outcome =
      kTrainScorer.run(scratch,
                       // The program itself: $! of a shell function is a shell's.
                       "'" + kTrainScorer.path() +
                           "' --data shapes --out s.onnx --epochs 100 & pid=$!; "
                           "for i in $(seq 100); do sleep 0.1; grep -q shapes err.txt && break; "
                           "done; kill -INT $pid; wait $pid");
  CHECK(outcome.status == 1);
  CHECK(outcome.err.find("interrupted; s.onnx is not written") != std::string::npos);
  CHECK(read_file(scratch / "s.onnx") == "the one before");
}

TEST_CASE("train_scorer: a reader that is gone does not end the training") {
  const Scratch scratch;
  kTrainScorer.run(scratch,
                   "{ '" + kTrainScorer.path() +
                       "' --data shapes --out s.onnx --width 8 --batch 64 --epochs 0.01 2>&1; "
                       "echo $? >status; } | true; until [ -s status ]; do sleep 0.1; done");
  CHECK(std::filesystem::exists(scratch / "s.onnx"));
}

}  // namespace
