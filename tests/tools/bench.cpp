// The program bench: correct measurements, readable output, errors.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/definitions.h"
#include "tests/support/program.h"
#include "tools/bench/shapes.h"

using namespace tests;
using engine::Slot;

namespace {

const Program kBench("tools/bench/bench");

}  // namespace

TEST_CASE("bench: the convolutions that it measures equal the loops") {
  for (const bench::ConvShape& shape : bench::discriminator_convolutions(8, 1)) {
    CAPTURE(shape.in);
    CAPTURE(shape.out);
    const bench::ConvTensors tensors(shape, 1);
    const Host x(tensors.x), w(tensors.w), y(tensors.y);
    const Index side = shape.size;
    CHECK(difference(tensors.run(Slot::Y), definitions::conv(x, w, tensors.options)) < kClose);
    CHECK(difference(tensors.run(Slot::X),
                     definitions::conv_transpose(y, w, tensors.options, side, side)) < kClose);
    CHECK(difference(tensors.run(Slot::W),
                     definitions::conv_weight_grad(x, y, tensors.options,
                                                   {shape.kernel, shape.kernel})) < kClose);
    // Two operations for each product of the definition where nothing is padding.
    CHECK(tensors.flops() == 2.0 * static_cast<double>(y.shape[1] * y.shape[2] * shape.out) *
                                 static_cast<double>(shape.kernel * shape.kernel * shape.in));
  }
}

TEST_CASE("bench: the matrix products that it measures equal the loops") {
  for (const auto& [m, n, k] : bench::kProducts) {
    CAPTURE(m);
    CAPTURE(n);
    const engine::Tensor a = engine::uniform({m, k}, -1, 1), b = engine::uniform({k, n}, -1, 1);
    const Index rows = 4;  // each is a sum of its own
    CHECK(difference(slice(matmul(a, b), 0, 0, rows),
                     definitions::product(Host(slice(a, 0, 0, rows)), Host(b), false, false)) <
          kClose);
  }
}

TEST_CASE("bench: JSON says what was measured, on what") {
  REQUIRE(std::filesystem::exists(kBench.path()));
  const Scratch scratch;
  const Outcome outcome =
      kBench.run(scratch, "bench matmul --rounds 1 --precision highest,medium --json");
  REQUIRE(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  CHECK(json.at("facts").at("threads").get<int>() > 0);
  const double limit = json.at("facts").at("float32 limit, GFLOP/s");
  CHECK(json.at("rows").size() == 2 * bench::kProducts.size());
  const auto& row = json.at("rows").at("1024 x 1024 x 1024, highest");
  const double rate = row.at("GFLOP/s"), part = row.at("% of limit");
  CHECK(rate * row.at("ms").get<double>() == doctest::Approx(2 * 1.024 * 1.024 * 1.024 * 1e3));
  CHECK(part == doctest::Approx(100 * rate / limit));
  CHECK(row.at("ratio").is_null());  // no peer was asked for
  CHECK(outcome.err.find("bench: 64 x 8192 x 128\n") != std::string::npos);  // progress
}

TEST_CASE("bench: a peer takes turns, and its memory is told") {
  const Scratch scratch;
  // What peer_pytorch.py answers, without its work: every run takes half a second, says this one.
  scratch.write("peer",
                "#!/bin/sh\n"
                "echo '{\"version\": \"of straw\"}'\n"
                "while read -r line; do\n"
                "  case \"$line\" in\n"
                "    *'\"run\"'*) echo '{\"seconds\": 0.5}' ;;\n"
                "    *'\"memory\":true'*) echo '{\"peak\": 900, \"loaded\": 400}' ;;\n"
                "    *) echo '{\"ok\": true}' ;;\n"
                "  esac\n"
                "done\n");
  const Outcome outcome = kBench.run(scratch,
                                     "chmod +x peer && bench step --batch 2 --image 8 --rounds 1 "
                                     "--precision highest --peer pytorch --python ./peer --json");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  const auto& facts = json.at("facts");
  CHECK(facts.at("peer").get<std::string>().starts_with("PyTorch of straw"));
  CHECK(facts.at("peak memory, MiB").get<double>() > 10);
  CHECK(facts.at("peer's peak memory, MiB") == 900);
  CHECK(facts.at("of which PyTorch itself, MiB") == 400);
  for (const char* name : {"discriminator, highest", "iteration (5 + 1), highest"}) {
    const auto& row = json.at("rows").at(name);
    const double seconds = row.at("peer ms").get<double>() / 1e3;
    CHECK(seconds == (name[0] == 'd' ? 0.5 : 3));
    CHECK(row.at("ratio").get<double>() ==
          doctest::Approx(1e3 * seconds / row.at("ms").get<double>()));
  }
}

TEST_CASE("bench: what to expect of several machines is computed from what one does and sends") {
  const Scratch scratch;
  const Outcome outcome =
      kBench.run(scratch, "bench machines --only wgan-gp-mlp --rounds 1 --json");
  REQUIRE(outcome.status == 0);
  const auto report = nlohmann::json::parse(outcome.out);
  CHECK(report["title"].get<std::string>().starts_with("COMPUTED"));
  const auto& one = report["rows"]["wgan-gp-mlp, N = 1"];
  CHECK(one["messages"] == 0);
  CHECK(one["1 Gbit/s"] == 1);
  const auto &two = report["rows"]["wgan-gp-mlp, N = 2"],
             &most = report["rows"]["wgan-gp-mlp, N = 32"];
  CHECK(two["messages"] > 0);
  CHECK(two["MB"] == most["MB"]);  // the gradients, whatever the share
  CHECK(two["1 Gbit/s"] < two["10 Gbit/s"]);
  CHECK(two["10 Gbit/s"] < two["100 Gbit/s"]);
}

TEST_CASE("bench: what it refuses") {
  const Scratch scratch;
  const auto usage = [&](const std::string& arguments) {
    const Outcome outcome = kBench.run(scratch, "bench " + arguments);
    CAPTURE(arguments);
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
  };
  usage("");
  usage("matmul --precision fast");
  usage("matmul --batch 3");  // its products have no images
  usage("conv --batch 0");
  usage("conv --image 4");
  usage("scaling --peer pytorch");
  usage("scaling --ranks 0");
  usage("machines --only sn-cnm");
  usage("count --preset sn-cnm");
  usage("inception --graph nothing.onnx");
  CHECK(kBench.refused(kBench.run(scratch, "bench step --model sn-cnm"), 2, "sn-cnm", "sn-cnn"));
  CHECK(kBench.refused(kBench.run(scratch, "bench count --set d.optimiser=sgd"), 1, "--set",
                       "did you mean 'd.optimizer'?"));
  const Outcome peer = kBench.run(scratch, "bench conv --peer pytorch --python /nowhere/python");
  CHECK(kBench.refused(peer, 1, "peer", "/nowhere/python", "--python"));
}
