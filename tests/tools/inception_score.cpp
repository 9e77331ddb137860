// The program inception_score, started as a user would: output, files, exit status.
#include "gan/metrics/inception_score.h"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "datasets/dataset.h"
#include "engine/graph/write_onnx.h"
#include "gan/metrics/npz.h"
#include "gan/metrics/sha256.h"
#include "gan/metrics/statistics_file.h"
#include "tests/tools/inception_score.h"

namespace {

namespace fs = std::filesystem;
using engine::Index;
using engine::read_file;
using engine::Tensor;
using Json = nlohmann::json;

// The logits of those images, in double.
gan::metrics::Features expected_logits(const Scratch& scratch, const std::string& name) {
  const std::vector<double> pixels = gan::metrics::Npz(scratch / name).array("arr_0").doubles();
  const double w[3][4] = {{9, 1, -5, 2}, {0, 8, 3, -7}, {1, -4, 9, 2}}, b[4] = {0, 1, 0, 2};
  gan::metrics::Features logits{4};
  for (std::size_t i = 0; i < pixels.size() / 192; ++i)
    for (int c = 0; c < 4; ++c) {
      double y = b[c];
      for (int k = 0; k < 192; ++k) y += (pixels[i * 192 + k] - 128) / 128 / 64 * w[k % 3][c];
      logits.values.push_back(static_cast<float>(y));
    }
  return logits;
}

TEST_CASE("inception_score: the score, the distances and the protocol as JSON") {
  REQUIRE(fs::exists(kInceptionScore.path()));
  const Scratch scratch;
  const std::string net = write_net(scratch);
  write_images(scratch, "a.npz", 60, 3);
  write_images(scratch, "b.npz", 50, 5);
  const Outcome outcome = kInceptionScore.run(
      scratch,
      "inception_score --graph pytorch.onnx --images a.npz --fid b.npz --kid b.npz "
      "--kid-subset-size 40 --pr b.npz --save-stats a-stats.npz --json");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  const Json json = Json::parse(outcome.out);
  const Json& protocol = json["protocol"];
  CHECK(protocol["image_count"] == 60);
  CHECK(protocol["splits"] == 10);
  CHECK(protocol["shuffle"] == 2020);
  CHECK(protocol["bias"] == true);
  CHECK(protocol["graph_sha256"] == gan::metrics::Sha256::of(read_file(net)));
  CHECK(protocol["resize"] == "TensorFlow 1 bilinear to 8x8");
  CHECK(protocol["images"]["size"] == "8x8");
  CHECK(protocol["fid_reference"]["count"] == 50);
  const auto score = gan::metrics::inception_score(expected_logits(scratch, "a.npz"));
  // The network computes in float32.
  CHECK(std::abs(json["inception_score"]["mean"].get<double>() - score.mean) < 1e-5);
  CHECK(std::abs(json["inception_score"]["std"].get<double>() - score.deviation) < 1e-5);
  CHECK(json["inception_score"]["name"] == "proxy-IS(pytorch)");
  CHECK(json["inception_score"]["is_inception"] == false);
  CHECK(json["fid"].get<double>() > 0);
  CHECK(json["kid"].contains("mean"));
  CHECK(json["kid"].contains("std"));
  CHECK(json["precision_recall"].contains("recall"));
  CHECK(outcome.err.find("fewer than 2,048") != std::string::npos);
  CHECK(outcome.err.find("50,000") != std::string::npos);
  CHECK(outcome.err.find("not Inception-v3") != std::string::npos);

  // Its statistics stand for the set, to which it then has no distance.
  CHECK(gan::metrics::read_statistics(scratch / "a-stats.npz").size() == 3);
  const Json same = Json::parse(
      kInceptionScore
          .run(scratch,
               "inception_score --graph pytorch.onnx --images a.npz --fid a-stats.npz --json")
          .out);
  CHECK(std::abs(same["fid"].get<double>()) < 1e-9);
}

TEST_CASE("inception_score: the text names protocol and network, and a proxy by its name") {
  REQUIRE(fs::exists(kInceptionScore.path()));
  const Scratch scratch;
  write_net(scratch);
  write_net(scratch, "kantor");
  write_images(scratch, "a.npz", 20, 3);
  const std::string text = kInceptionScore
                               .run(scratch,
                                    "inception_score --graph pytorch.onnx --images a.npz --splits "
                                    "2 --shuffle no --no-bias")
                               .out;
  for (const char* part :
       {"proxy-IS(pytorch): ", " ± ", "20 of 8x8", "splits       2, images as given",
        "without the bias", "sha256       ", "highest on cpu"})
    CHECK(text.find(part) != std::string::npos);
  const std::string stem(200, 'n');
  fs::copy_file(scratch / "pytorch.onnx", scratch / (stem + ".onnx"));
  const std::string line =
      kInceptionScore
          .run(scratch, "inception_score --graph " + stem +
                            ".onnx --images a.npz --splits 2 --shuffle no --no-bias")
          .out;
  CHECK(line.substr(0, line.find('\n')) ==
        "proxy-IS(" + stem + text.substr(text.find("): "), text.find('\n') - text.find("): ")));
  const Json ours = Json::parse(
      kInceptionScore
          .run(scratch, "inception_score --graph kantor.onnx --images a.npz --splits 2 --json")
          .out);
  CHECK(!ours.contains("inception_score"));
  CHECK(ours["proxy_is"]["name"] == "proxy-IS(kantor)");
}

// Numbers below 0 have no logarithm.
TEST_CASE("inception_score: features that are not finite are refused, whatever is asked for") {
  REQUIRE(fs::exists(kInceptionScore.path()));
  const Scratch scratch;
  engine::graph::Builder net;
  const std::string pool = net.node("GlobalAveragePool", {net.input("x", {-1, 3, 8, 8})});
  net.output(net.node("Flatten", {net.node("Log", {pool})}, {}, "y"), {-1, 3});
  save_onnx(scratch / "log.onnx", net.model());
  write_images(scratch, "a.npz", 20, 3);
  for (const char* ask : {"--kid a.npz --kid-subset-size 10", "--pr a.npz", "--fid a.npz"}) {
    const Outcome outcome = kInceptionScore.run(
        scratch,
        std::string("inception_score --graph log.onnx --range -1..1 --images a.npz --features y ") +
            ask);
    CHECK(outcome.status == 1);
    CHECK(outcome.err.find("a.npz: the features of image ") != std::string::npos);
    CHECK(outcome.err.find(" are not finite\n") != std::string::npos);
  }
}

// As networks are exported that were traced with one image.
TEST_CASE("inception_score: a graph of one image at a time is told from a broken one") {
  REQUIRE(fs::exists(kInceptionScore.path()));
  const Scratch scratch;
  engine::graph::Builder net;
  const std::string pool = net.node("GlobalAveragePool", {net.input("x", {1, 3, 8, 8})});
  const std::string shape = net.constant("shape", std::vector<Index>{1, 3});
  net.output(net.node("Reshape", {pool, shape}, {}, "y"), {1, 3});
  save_onnx(scratch / "one.onnx", net.model());
  write_images(scratch, "a.npz", 20, 3);
  const std::string ask =
      "inception_score --graph one.onnx --range -1..1 --images a.npz --no-cache --features y --fid "
      "a.npz ";
  const Outcome many = kInceptionScore.run(scratch, ask);
  CHECK(many.status == 1);
  CHECK(
      many.err.find("cannot become [1, 3]; the network takes one image at a time: use --batch 1") !=
      std::string::npos);
  CHECK(kInceptionScore.run(scratch, ask + "--batch 1").status == 0);
}

TEST_CASE("inception_score: features are kept by content") {
  REQUIRE(fs::exists(kInceptionScore.path()));
  const Scratch scratch;
  write_net(scratch);
  write_images(scratch, "a.npz", 40, 3);
  const std::string ask = "inception_score --graph pytorch.onnx --images a.npz --json";
  const std::string first = kInceptionScore.run(scratch, ask).out;
  const auto kept = [&] {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(scratch / "cache/kantor"))
      files.push_back(entry.path());
    return files;
  };
  REQUIRE(kept().size() == 1);
  CHECK(kInceptionScore.run(scratch, ask).out == first);
  CHECK(kept().size() == 1);
  // A damaged file is passed over and written anew.
  std::string bytes = read_file(kept()[0]);
  const std::string whole = bytes;
  bytes[bytes.size() - 3] ^= 1;
  scratch.write("cache/kantor/" + kept()[0].filename().string(), bytes);
  CHECK(kInceptionScore.run(scratch, ask).out == first);
  CHECK(read_file(kept()[0]) == whole);
  // Other images under the same name are other images.
  write_images(scratch, "a.npz", 40, 7);
  CHECK(kInceptionScore.run(scratch, ask).out != first);
  CHECK(kept().size() == 2);
  fs::remove_all(scratch / "cache");
  kInceptionScore.run(scratch, ask + " --no-cache");
  CHECK(!fs::exists(scratch / "cache/kantor"));
}

// A network of another front than write_net's: none.
TEST_CASE("inception_score: the numbers that a network takes are found, given, or asked for") {
  REQUIRE(fs::exists(kInceptionScore.path()));
  const Scratch scratch;
  engine::graph::Builder net;
  const std::string pool =
      net.node("Flatten", {net.node("GlobalAveragePool", {net.input("x", {-1, 3, 8, 8})})});
  const std::string w =
      net.constant("w", Tensor::from({3, 4}, {9, 1, -5, 2, 0, 8, 3, -7, 1, -4, 9, 2}));
  net.node("MatMul", {pool, w}, {}, "product");
  net.node("Add", {"product", net.constant("b", Tensor::from({4}, {0, 1, 0, 2}))}, {}, "y");
  net.output("y", {-1, 4});
  save_onnx(scratch / "bare.onnx", net.model());
  write_net(scratch);
  write_images(scratch, "a.npz", 60, 3);
  const auto ask = [&](const std::string& arguments) {
    return kInceptionScore.run(
        scratch, "inception_score --images a.npz --splits 2 --json --graph " + arguments);
  };
  const auto protocol = [&](const std::string& arguments) {
    const Outcome outcome = ask(arguments);
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return Json::parse(outcome.out)["protocol"];
  };
  CHECK(kInceptionScore.refused(ask("bare.onnx"), 2, "does not determine its input range",
                                "--range"));
  CHECK(kInceptionScore.refused(ask("bare.onnx --mean 1,2"), 2, "--mean", "2 numbers"));
  CHECK(kInceptionScore.refused(ask("bare.onnx --mean a"), 2, "--mean", "'a'"));
  CHECK(kInceptionScore.refused(ask("bare.onnx --range 0..1 --input-size 9"), 2, "8x8", "9x9"));
  CHECK(kInceptionScore.refused(ask("bare.onnx --range 0..1 --input-size 0x9"), 2, "'0x9'"));
  CHECK(kInceptionScore.refused(ask("bare.onnx --bgr --rgb"), 2, "--rgb"));
  const Json found = protocol("pytorch.onnx"), given = protocol("bare.onnx --range 0..1");
  CHECK(found["range"] == "0..255");
  CHECK(found["range_source"] == "the graph brings them to -1..1");
  CHECK(given["range"] == "0..1");
  CHECK(given["range_source"] == "given");
  CHECK(given["channels"] == "RGB");
  const Json mean = protocol("bare.onnx --mean 0.5 --std 0.25,0.5,0.25 --bgr");
  CHECK(mean["range"] == "0..1");
  CHECK(mean["mean"] == Json({0.5}));
  CHECK(mean["std"] == Json({0.25, 0.5, 0.25}));
  CHECK(mean["channels"] == "BGR");

  // The same numbers by different options are the same score; other numbers are not, cache or not.
  const auto score = [&](const std::string& arguments) {
    const Json json = Json::parse(ask(arguments).out);  // bare.onnx was written here
    return json[json.contains("proxy_is") ? "proxy_is" : "inception_score"]["mean"].get<double>();
  };
  const auto equals = [](double x) { return doctest::Approx(x).epsilon(1e-5); };
  const double by_128 = score("bare.onnx --range inception"),
               by_127 = score("bare.onnx --range -1..1");
  CHECK(score("bare.onnx --mean 128 --std 128") == equals(by_128));
  CHECK(score("pytorch.onnx") == equals(by_128));
  CHECK(score("bare.onnx --mean 127.5 --std 127.5") == equals(by_127));
  CHECK(std::abs(by_127 - by_128) > 1e-4);
  CHECK(protocol("bare.onnx --range -1..1")["range_formula"] == "x / 127.5 - 1");
  CHECK(std::abs(score("bare.onnx --mean 128 --std 128 --bgr") - by_128) > 1e-3);
  // What is given comes before what the graph says, but not unsaid.
  const std::string warned = ask("pytorch.onnx --range 0..1").err;
  CHECK(
      warned.find("takes numbers in 0..255 (the graph brings them to -1..1), but 0..1 is given") !=
      std::string::npos);
  CHECK(ask("bare.onnx --range 0..1").err.find("is given") == std::string::npos);

  // What is said of the bias is what was computed.
  for (const auto& [options, bias] :
       std::map<std::string, bool>{{"--range 0..1", true},
                                   {"--range 0..1 --no-bias", false},
                                   {"--range 0..1 --logits product", false},
                                   {"--range 0..1 --logits y", true},
                                   {"--range 0..1 --logits y --no-bias", false},
                                   {"--range 0..1 --logits product --bias", true}}) {
    CAPTURE(options);
    CHECK(protocol("bare.onnx " + options)["bias"] == bias);
    CHECK(protocol("bare.onnx " + options)["logits"] == (bias ? "y" : "product"));
  }
}

TEST_CASE("inception_score: images from data sets and from a run") {
  REQUIRE(fs::exists(kInceptionScore.path()));
  REQUIRE(fs::exists(kGan.path()));
  const Scratch scratch;
  write_net(scratch);
  write_images(scratch, "a.npz", 70, 3);
  const Json shapes = Json::parse(
      kInceptionScore
          .run(scratch,
               "inception_score --graph pytorch.onnx --images shapes-test --count 100 --json")
          .out);
  CHECK(shapes["protocol"]["images"]["selection"] ==
        "100 of 10000, by RandomState(2020).choice, in order");
  CHECK(shapes["protocol"]["images"]["size"] == "32x32");
  const std::string train = "'" + kGan.path() +
                            "' train --preset sn-small --data shapes --set batch=2 "
                            "g.batch=2 --steps 1 --out r";
  const Outcome outcome = kInceptionScore.run(
      scratch,
      train +
          " >train.txt 2>&1 && inception_score --graph pytorch.onnx --images run:r --count 70 "
          "--kid a.npz --kid-subset-size 60 --kid-subsets 2 --json");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  const Json json = Json::parse(outcome.out);
  CHECK(json["protocol"]["image_count"] == 70);
  CHECK(json["protocol"]["images"]["selection"] == "drawn with seed 0 from the moving average");
  CHECK(json["kid"]["std"].get<double>() > 0);
}

TEST_CASE("inception_score: bad usage ends with 2, work that fails with 1, each in one line") {
  REQUIRE(fs::exists(kInceptionScore.path()));
  const Scratch scratch;
  write_net(scratch);
  write_images(scratch, "a.npz", 20, 3);
  const auto ask = [&](const std::string& arguments) {
    return kInceptionScore.run(scratch, "inception_score " + arguments + " --no-cache");
  };
  const std::string good = "--graph pytorch.onnx --images a.npz ";
  CHECK(kInceptionScore.refused(ask("--images a.npz"), 2, "--graph"));
  CHECK(kInceptionScore.refused(ask(good + "--splits 0"), 2, "--splits"));
  CHECK(kInceptionScore.refused(ask(good + "--shuffle maybe"), 2, "--shuffle", "'maybe'"));
  for (const char* option : {"--confidence", "--kid-gamma", "--kid-coef0"})
    CHECK(kInceptionScore.refused(ask(good + option + " nan"), 2, option, "'nan'"));
  CHECK(kInceptionScore.refused(ask(good + "--range byte"), 2, "'byte'", "0..255"));
  CHECK(kInceptionScore.refused(ask(good + "--precision best"), 2, "best"));
  CHECK(kInceptionScore.refused(ask(good + "--bias --no-bias"), 2, "bias"));
  CHECK(kInceptionScore.refused(ask(good + "--frobnicate"), 2, "frobnicate"));

  CHECK(kInceptionScore.refused(ask("--graph none.onnx --images a.npz"), 1, "none.onnx"));
  CHECK(kInceptionScore.refused(ask("--graph a.npz --images a.npz"), 1, "a.npz: is an archive"));
  scratch.write("cut.onnx", read_file(scratch / "pytorch.onnx").substr(0, 150));
  CHECK(kInceptionScore.refused(ask("--graph cut.onnx --images a.npz"), 1, "cut.onnx: ", "byte"));
  CHECK(kInceptionScore.refused(ask("--graph pytorch.onnx --images none"), 1,
                                "none: no such folder"));
  CHECK(kInceptionScore.refused(ask("--graph pytorch.onnx --images out.txt"), 1, "out.txt: "));
  CHECK(kInceptionScore.refused(ask(good + "--splits 21"), 1, "20 images", "21 splits"));
  CHECK(kInceptionScore.refused(ask(good + "--count 21"), 1, "20 images", "--count 21"));
  CHECK(kInceptionScore.refused(ask(good + "--logits z"), 1, "'z'"));
  fs::create_directories(scratch / "empty");
  CHECK(kInceptionScore.refused(ask("--graph pytorch.onnx --images empty"), 1, "holds no images"));
  scratch.write("mixed/1.ppm", "P6 1 1 255\nabc");
  scratch.write("mixed/2.ppm", "P6 2 1 255\nabcdef");
  CHECK(kInceptionScore.refused(ask("--graph pytorch.onnx --images mixed"), 1, "several sizes",
                                "--resize 8, for instance"));
  scratch.write("odd.npz",
                gan::metrics::write_npz({{"x", gan::metrics::NpyArray::from({1}, {1})}}));
  CHECK(kInceptionScore.refused(ask("--graph pytorch.onnx --images odd.npz"), 1, "odd.npz",
                                "images must be uint8"));
}

}  // namespace
