// The program inception_score on sets of every kind: features and statistics files, several sets,
// classes, images of several sizes; and the files it writes.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "gan/metrics/features_file.h"
#include "tests/tools/inception_score.h"

namespace {

namespace fs = std::filesystem;
using engine::Index;
using engine::read_file;
using Json = nlohmann::json;

TEST_CASE("inception_score: statistics and features in files give the same digits") {
  REQUIRE(fs::exists(kInceptionScore.path()));
  const Scratch scratch;
  write_net(scratch);
  write_images(scratch, "a.npz", 60, 3);
  write_images(scratch, "b.npz", 50, 5);
  const std::string ask = "inception_score --images ", net = " --graph pytorch.onnx --no-cache ";
  const auto result = [&](const std::string& arguments) {
    const Outcome outcome = kInceptionScore.run(scratch, ask + arguments + " --json");
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    Json json = Json::parse(outcome.out);
    json.erase("protocol");
    return json;
  };
  const std::string all = " --kid-subset-size 40 --fid-infinity-points 4 --kid-gamma 0.5 ";
  const auto against = [](const std::string& b) {
    return " --fid " + b + " --fid-infinity " + b + " --kid " + b + " --pr " + b + " --dc " + b;
  };
  const Json images = result("a.npz" + net + all + against("b.npz"));
  CHECK(images["fid_infinity"]["points"].size() == 4);
  // All images, in another order.
  CHECK(images["fid_infinity"]["points"][3]["fid"].get<double>() ==
        doctest::Approx(images["fid"].get<double>()).epsilon(1e-9));
  CHECK(images["density_coverage"]["coverage"] > 0);
  // Any name will do, and no network is needed.
  result("a.npz" + net + "--save-features a-features");
  result("b.npz" + net + "--save-features b-features --save-stats b-stats");
  CHECK(result("a-features" + all + against("b-features")) == images);
  CHECK(result("a-features --fid b-stats")["fid"] == images["fid"]);
  CHECK(result("a.npz" + net + "--fid b-stats")["fid"] == images["fid"]);
  CHECK(result("b-features --fid b-stats")["fid"] < 1e-9);

  const auto refused = [&](const std::string& arguments, int status, const std::string& what) {
    return kInceptionScore.refused(kInceptionScore.run(scratch, ask + arguments), status, what);
  };
  const std::string before = read_file(scratch / "b-stats");
  CHECK(refused("a.npz" + net + "--save-stats b-stats", 1, "b-stats: exists; pass --save-stats"));
  CHECK(refused("a-features --save-features b-stats", 1, "--force to replace it"));
  CHECK(read_file(scratch / "b-stats") == before);
  CHECK(kInceptionScore.run(scratch, ask + "a-features --save-stats b-stats --force").status == 0);
  CHECK(read_file(scratch / "b-stats") != before);
  CHECK(refused("a.npz a.npz" + net + "--save-stats c", 2, "pass only one --images"));
  CHECK(refused("a-features --save-stats c --save-features c", 2, "the same file"));
  CHECK(refused("b-stats" + net, 1, "holds feature statistics"));
  CHECK(refused("a-features --kid b-stats", 1, "--kid needs images or features"));
  // Of another network, though as many.
  write_net(scratch, "other");
  result("b.npz --graph other.onnx --no-cache --save-features other-features");
  CHECK(refused("a-features --fid other-features", 1, "compare features of one network"));
}

TEST_CASE("inception_score: several sets give one table") {
  REQUIRE(fs::exists(kInceptionScore.path()));
  const Scratch scratch;
  write_net(scratch);
  for (const auto& [name, salt] : {std::pair{"a.npz", 3}, {"b.npz", 5}, {"c.npz", 7}})
    write_images(scratch, name, 60, salt);
  const std::string ask =
      "inception_score --graph pytorch.onnx --images a.npz b.npz c.npz --fid b.npz --pr b.npz ";
  const Outcome text = kInceptionScore.run(scratch, ask);
  INFO(text.err);
  REQUIRE(text.status == 0);
  CHECK(text.out.starts_with("images  proxy-IS(pytorch)"));
  for (const char* part : {"FID", "precision", "recall", "\na.npz   ", "\nb.npz   ", "\nc.npz   ",
                           "  images       c.npz: 60 of 8x8", "FID against  b.npz: 60 images"})
    CHECK(text.out.find(part) != std::string::npos);
  const Json json = Json::parse(kInceptionScore.run(scratch, ask + "--json").out);
  REQUIRE(json["sets"].size() == 3);
  CHECK(json["sets"][1]["fid"] < 1e-9);
  // Each is what it is alone.
  const Json alone = Json::parse(
      kInceptionScore
          .run(scratch,
               "inception_score --graph pytorch.onnx --images c.npz --fid b.npz --pr b.npz --json")
          .out);
  CHECK(json["sets"][2] == alone);
}

// A folder of two classes, of 6 and 8 images, each of 8 x 8.
void write_classes(const Scratch& scratch, const std::string& folder, int salt) {
  for (int i = 0; i < 14; ++i) {
    std::string image = "P6 8 8 255\n";
    for (int k = 0; k < 192; ++k)
      image += static_cast<char>((i * 31 + k * salt + k % 3 * 50) % 256);
    scratch.write(folder + (i < 6 ? "/cat/" : "/dog/") + std::to_string(10 + i) + ".ppm", image);
  }
}

TEST_CASE("inception_score: scores by class, and how sure they are") {
  REQUIRE(fs::exists(kInceptionScore.path()));
  const Scratch scratch;
  write_net(scratch);
  write_classes(scratch, "a", 3);
  write_classes(scratch, "b", 5);
  const std::string ask =
      "inception_score --graph pytorch.onnx --images a --fid b --dc b --dc-neighbors 2 --splits 2 "
      "--by-class --bootstrap 30 --no-cache ";
  const Outcome outcome = kInceptionScore.run(scratch, ask + "--json");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  const Json json = Json::parse(outcome.out);
  CHECK(json["classes"].size() == 2);
  // The cats alone are what --by-class says of them.
  const Json cats = Json::parse(
      kInceptionScore
          .run(scratch,
               "inception_score --graph pytorch.onnx --images a/cat --fid b/cat --dc b/cat "
               "--dc-neighbors 2 --splits 2 --bootstrap 30 --no-cache --json")
          .out);
  for (const char* key : {"inception_score", "fid", "density_coverage", "confidence"})
    CHECK(json["classes"]["cat"][key] == cats[key]);
  CHECK(json["protocol"]["bootstrap"]["resamples"] == 30);
  const Json& fid = json["confidence"]["fid"];
  CHECK(fid["low"] < json["fid"]);
  CHECK(fid["high"] > json["fid"]);
  CHECK(fid["std_error"] > 0);
  CHECK(json["confidence"]["density_coverage"]["coverage"]["high"] <= 1.5);
  const std::string text = kInceptionScore.run(scratch, ask).out;
  for (const char* part : {"\n  cat   ", "\n  dog   ", "95 % by 30 bootstrap resamples"})
    CHECK(text.find(part) != std::string::npos);
  fs::remove_all(fs::path(scratch / "b/dog"));
  scratch.write("b/horse/1.ppm", read_file(scratch / "b/cat/10.ppm"));
  CHECK(kInceptionScore.refused(
      kInceptionScore.run(scratch,
                          "inception_score --graph pytorch.onnx --images a --kid b "
                          "--kid-subset-size 2 --splits 2 --by-class 2>&1 >out.txt | "
                          "grep -v warning >&2; exit 1"),
      1, "b: has no images of class 'dog'"));
}

TEST_CASE("inception_score: --no-cache writes nothing, --cache DIR holds everything") {
  REQUIRE(fs::exists(kInceptionScore.path()));
  const Scratch scratch;
  write_net(scratch);
  write_classes(scratch, "a", 3);
  const auto all_files = [&] {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(scratch.path()))
      files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
  };
  const std::string ask = "inception_score --graph pytorch.onnx --images a --splits 2 ";
  kInceptionScore.run(scratch, "true");  // makes out.txt and err.txt
  const auto before = all_files();
  CHECK(kInceptionScore.run(scratch, ask + "--no-cache").status == 0);
  CHECK(all_files() == before);
  CHECK(kInceptionScore.run(scratch, ask + "--cache kept").status == 0);
  CHECK(all_files().size() == before.size() + 3);  // the folder, features, images
  CHECK(!fs::exists(scratch / "cache"));
}

TEST_CASE("inception_score: images are resized by name, each by itself") {
  REQUIRE(fs::exists(kInceptionScore.path()));
  const Scratch scratch;
  write_net(scratch);
  for (int i = 0; i < 4; ++i) {
    const int side = i % 2 == 0 ? 16 : 24;
    std::string image = "P6 " + std::to_string(side) + " " + std::to_string(side) + " 255\n";
    for (int k = 0; k < side * side * 3; ++k)
      image += static_cast<char>(k / 3 % 2 == 0 ? 200 : 100);
    scratch.write("mixed/" + std::to_string(i) + ".ppm", image);
  }
  const std::string ask =
      "inception_score --graph pytorch.onnx --images mixed --splits 1 --batch 3 "
      "--no-cache --save-features ";
  const Outcome outcome =
      kInceptionScore.run(scratch, ask + "clean.npz --resize-as clean-fid --json");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  const Json protocol = Json::parse(outcome.out)["protocol"];
  CHECK(protocol["resize"] == "Pillow bicubic, antialiased, in float (clean-fid) to 8x8");
  CHECK(protocol["images"]["size"] == "several sizes");
  const auto mean_of = [&](const char* file, Index row) {
    return gan::metrics::read_features(scratch / file).features.at(row, 0) * 128 + 128;
  };
  // A pattern of two pixels: its mean where every pixel counts, one of both where they are skipped.
  CHECK(std::abs(mean_of("clean.npz", 0) - 150) < 1);
  CHECK(std::abs(mean_of("clean.npz", 1) - 150) < 2);
  REQUIRE(kInceptionScore.run(scratch, ask + "tf1.npz --resize-as tf1").status == 0);
  CHECK(mean_of("tf1.npz", 0) == 200);
  CHECK(kInceptionScore.refused(kInceptionScore.run(scratch, ask + "x --resize-as lanczos"), 2,
                                "lanczos"));
}

TEST_CASE("inception_score: images and features as arrays of every kind") {
  REQUIRE(fs::exists(kInceptionScore.path()));
  const Scratch scratch;
  write_net(scratch);
  write_images(scratch, "a.npz", 60, 3);
  using gan::metrics::NpyArray, gan::metrics::write_npy;
  const NpyArray bytes = gan::metrics::ArrayFile(scratch / "a.npz").unnamed();
  const auto as = [&](const char* type, auto zero, std::int64_t more) {
    NpyArray array{type, bytes.extents, {}};
    for (const std::int64_t pixel : bytes.wholes()) {
      const auto number = static_cast<decltype(zero)>(pixel + more);
      array.bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
    }
    return write_npy(array);
  };
  const auto run = [&](const std::string& images) {
    return kInceptionScore.run(scratch, "inception_score --no-cache --images " + images);
  };
  const auto score = [&](const std::string& images) {
    const Outcome outcome = run(images + " --graph pytorch.onnx --json");
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return Json::parse(outcome.out)["inception_score"]["mean"].get<double>();
  };
  scratch.write("u1.npy", write_npy(bytes));
  scratch.write("i2.npy", as("<i2", std::int16_t{0}, 0));
  scratch.write("i8.npy", as("<i8", std::int64_t{0}, 0));
  for (const char* same : {"u1.npy", "i2.npy", "i8.npy"}) CHECK(score(same) == score("a.npz"));

  const auto refused = [&](const std::string& file, const std::string& data, const char* what,
                           const char* advice) {
    scratch.write(file, data);
    return kInceptionScore.refused(run(file + " --graph pytorch.onnx"), 1, file + ": is " + what,
                                   advice);
  };
  CHECK(refused("more.npy", as("<i4", std::int32_t{0}, 1), "<i4 and holds 256", "0 to 255"));
  CHECK(refused("less.npy", as("<i2", std::int16_t{0}, -1), "<i2 and holds -1", "0 to 255"));
  CHECK(refused("f.npy", as("<f4", 0.F, 0), "<f4 [60, 8, 8, 3]", "astype('u1')"));
  NpyArray first{"|u1", {60, 3, 8, 8}, bytes.bytes};
  CHECK(refused("first.npy", write_npy(first), "|u1 [60, 3, 8, 8]", "transpose(0, 2, 3, 1)"));
  first.extents = {60, 8, 24};
  CHECK(refused("grey.npy", write_npy(first), "|u1 [60, 8, 24]", "[N, height, width, 3]"));

  // Labels beside images are classes; features may be whole numbers.
  std::string labels;
  for (int i = 0; i < 60; ++i) labels += static_cast<char>(i % 2);
  scratch.write("l.npz",
                gan::metrics::write_npz({{"images", bytes}, {"labels", {"|u1", {60}, labels}}}));
  const Outcome classes = run("l.npz --graph pytorch.onnx --by-class --splits 2 --json");
  INFO(classes.err);
  REQUIRE(classes.status == 0);
  CHECK(Json::parse(classes.out)["classes"].size() == 2);
  scratch.write("w.npy", write_npy({"|u1", {60, 192}, bytes.bytes}));
  scratch.write("v.npy", write_npy({"|u1", {60, 96}, bytes.bytes.substr(0, 60 * 96)}));
  const Outcome whole = run("w.npy --fid w.npy --json");
  REQUIRE(whole.status == 0);
  CHECK(Json::parse(whole.out)["fid"] < 1e-6);  // of variances of 1e6
  CHECK(kInceptionScore.refused(run("w.npy --fid v.npy"), 1,
                                "w.npy: has 192 features, v.npy has 96"));
}

TEST_CASE("inception_score: the kernel of KID, and options that are not of it") {
  REQUIRE(fs::exists(kInceptionScore.path()));
  const Scratch scratch;
  gan::metrics::write_features(scratch / "a", {.features = {2, {}, {0, 1, 2, 3, 4, 6, 9, 1}}});
  const auto run = [&](const std::string& arguments) {
    return kInceptionScore.run(
        scratch, "inception_score --images a --kid a --kid-subset-size 3 " + arguments);
  };
  const Outcome rbf = run("--kid-kernel rbf --kid-kernel-rbf-sigma 2 --json");
  INFO(rbf.err);
  REQUIRE(rbf.status == 0);
  const Json protocol = Json::parse(rbf.out)["protocol"];
  CHECK(protocol["kid_kernel"] == "rbf");
  CHECK(protocol["kid_sigma"] == 2);
  CHECK_FALSE(protocol.contains("kid_degree"));
  const auto refused = [&](const std::string& arguments, int status, const char* what) {
    return kInceptionScore.refused(run(arguments), status, what);
  };
  CHECK(refused("--kid-kernel cosine", 2, "use poly or rbf"));
  CHECK(refused("--kid-kernel rbf --kid-degree 2", 2, "--kid-degree is of --kid-kernel poly"));
  CHECK(refused("--kid-sigma 2", 2, "--kid-sigma is of --kid-kernel rbf"));
  CHECK(refused("--kid-kernel rbf --kid-sigma 0", 2, "--kid-sigma"));
  CHECK(refused("--kid-gamma nan", 2, "'nan' is not a finite number"));
  CHECK(refused("--kid-gamma 1e308", 1, "KID is not finite"));
  for (const char* option : {"--fid ''", "--save-stats ''", "--save-features ''", "--graph ''"})
    CHECK(refused(option, 2, "an empty name"));
}

}  // namespace
