// The proxy score against closed forms, with a classifier that only looks at colors.
#include "gan/analysis/proxy_score.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "datasets/shapes.h"
#include "engine/engine.h"
#include "engine/file.h"
#include "engine/graph/trace.h"
#include "engine/graph/write_onnx.h"
#include "gan/metrics/random_order.h"
#include "gan/run/checkpoint.h"
#include "gan/run/run_table.h"
#include "gan/run/session.h"
#include "layers/layers.h"
#include "tests/datasets/scratch.h"

namespace {

using engine::Index;
using engine::Tensor;

// Logits: a large multiple of each channel's mean, of images [N, C, 8, 8] of gray levels. Gray
// levels of 0 and 255 in the right channel make it certain.
std::string write_scorer(const Scratch& scratch, const char* name, int side = 8,
                         bool scorer = true) {
  auto model = engine::graph::trace(
      [](const Tensor& x) {
        const Tensor levels = x / 127.5F - 1.0F;
        return matmul_nt(global_average_pool(levels),
                         Tensor::from({3, 3}, {50, 0, 0, 0, 50, 0, 0, 0, 50}));
      },
      {1, side, side, 3}, "images", "logits");
  if (scorer) model.metadata["kantor.scorer"] = name;
  const std::string path = scratch / (std::string(name) + ".onnx");
  engine::graph::save_onnx(path, model);
  return path;
}

// Image i is bright in channel i % colours alone.
gan::analysis::ProxyScorer::Images colours(Index colours) {
  return [=](Index first, Index count) {
    std::vector<engine::Real> values;
    for (Index i = first; i < first + count; ++i)
      for (Index pixel = 0; pixel < 64; ++pixel)
        for (Index channel = 0; channel < 3; ++channel)
          values.push_back(channel == i % colours ? 1 : -1);
    return Tensor::from({count, 8, 8, 3}, values);
  };
}

TEST_CASE("proxy score: as many as the classes that occur equally often") {
  const Scratch scratch;
  const gan::analysis::ProxyScorer scorer(write_scorer(scratch, "colours"));
  CHECK(scorer.name() == "proxy-IS(colours)");
  for (const Index n : {1, 2, 3}) {
    // 252 images: three parts, the last of which is smaller; divisible by 2 and 3. Logits differ by
    // 100, so what a class lacks of probability 1 is below 1e-43.
    const gan::analysis::ProxyScore score = scorer(252, colours(n));
    CHECK(score.value == doctest::Approx(static_cast<double>(n)).epsilon(1e-9));
    CHECK(score.covered == n);
    CHECK(score.classes == 3);
  }
}

TEST_CASE("proxy score: other files and other sizes are refused") {
  const Scratch scratch;
  // Of any classifier but train_scorer's, images may have another size.
  const gan::analysis::ProxyScorer plain(write_scorer(scratch, "plain", 8, false));
  CHECK(plain.name() == "proxy-IS(plain)");
  CHECK(!plain.is_inception());
  CHECK(complaint([&] { plain.check_fits({32, 32, 3}); }).empty());
  CHECK(says(complaint([&] { plain.check_fits({32, 32, 1}); }), "plain.onnx", "3 channels"));
  const auto silent = engine::graph::trace(
      [](const Tensor& x) {
        return matmul_nt(global_average_pool(x), engine::ones({2, 3}));
      },
      {1, 8, 8, 3}, "images", "logits");
  engine::graph::save_onnx(scratch / "silent.onnx", silent);
  CHECK(says(complaint([&] { gan::analysis::ProxyScorer(scratch / "silent.onnx"); }), "silent.onnx",
             "--range", "train_scorer"));
  CHECK(says(complaint([&] { gan::analysis::ProxyScorer(scratch / "missing.onnx"); }),
             "missing.onnx"));
  const std::string text = scratch.write("text.onnx", "no graph");
  CHECK(says(complaint([&] { gan::analysis::ProxyScorer scorer(text); }), "text.onnx"));
  const gan::analysis::ProxyScorer scorer(write_scorer(scratch, "colours"));
  CHECK(says(complaint([&] {
               scorer.check_fits({32, 32, 3});
             }),
             "colours.onnx", "8x8x3", "32x32x3"));
}

TEST_CASE("proxy score: the Frechet distance to a data set, whose statistics are kept") {
  const Scratch scratch;
  ::setenv("XDG_CACHE_HOME", (scratch / "cache").c_str(), 1);
  const datasets::Shapes data({.resize = 8});
  gan::analysis::ProxyScorer scorer(write_scorer(scratch, "colours"));
  CHECK(!scorer(20, colours(3)).distance);
  scorer.compare_with(data, "content");
  const auto first = scorer(60, colours(3)).distance;
  REQUIRE(first);

  // The definition, from the means of the channels of the same images.
  const auto means = [](Index count, const auto& level) {
    gan::metrics::Features rows{.columns = 3};
    for (Index i = 0; i < count; ++i)
      for (Index c = 0; c < 3; ++c) rows.values.push_back(level(i, c));
    return gan::metrics::statistics_of(rows);
  };
  std::vector<std::uint8_t> pixels(data.image_size());
  const auto chosen = gan::metrics::RandomOrder(2020).subset(data.size(), 10'000);
  const auto real = means(10'000, [&](Index i, Index c) {
    if (c == 0) data.read(chosen[i], pixels.data());
    double sum = 0;
    for (Index p = 0; p < 64; ++p) sum += pixels[3 * p + c] / 127.5 - 1;
    return static_cast<float>(sum / 64);
  });
  const auto fake = means(60, [](Index i, Index c) { return c == i % 3 ? 1.0F : -1.0F; });
  CHECK(*first == doctest::Approx(frechet_distance(fake, real)).epsilon(1e-5));  // of float32

  // From the cache it is bit-identical; other content has its own statistics.
  const auto kept = [&] {
    Index files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(scratch / "cache/kantor"))
      files += entry.path().filename().string().starts_with("statistics-");
    return files;
  };
  CHECK(kept() == 1);
  gan::analysis::ProxyScorer again(scratch / "colours.onnx");
  again.compare_with(data, "content");
  CHECK(*again(60, colours(3)).distance == *first);
  CHECK(kept() == 1);
  again.compare_with(data, "other content");
  CHECK(kept() == 2);
}

TEST_CASE("training with a scorer: the best checkpoint is kept beside the last, resumed or not") {
  const Scratch scratch;
  const datasets::Shapes data({.resize = 8});
  gan::training::Config config{.steps = 8,
                               .batch = 4,
                               .g_batch = 4,
                               .log_every = 1,
                               .sample_every = 8,
                               .checkpoint_every = 5,
                               .score_every = 1,
                               .score_images = 20,
                               .audit_every = 4};
  const gan::analysis::ProxyScorer scorer(write_scorer(scratch, "colours"));
  const auto train = [&](const gan::run::RunDirectory& run, Index steps) {
    gan::training::Config some = config;
    some.steps = steps;
    gan::training::Trainer trainer(some, data);
    if (run.has_checkpoint()) gan::run::restore(run.checkpoint(), trainer);
    run_session(trainer, run, some, {}, &scorer);
  };
  const auto whole = gan::run::RunDirectory::create(scratch / "whole", config);
  train(whole, 8);
  const auto log = gan::run::read_table(whole.log());
  const auto scores = log.numbers("proxy_is");
  REQUIRE(scores.size() == 8);
  const auto best = std::ranges::max_element(scores) - scores.begin() + 1;
  CHECK(gan::run::read_header(engine::load(whole.best())).step == best);
  CHECK(gan::run::read_header(engine::load(whole.checkpoint())).step == 8);

  const auto parts = gan::run::RunDirectory::create(scratch / "parts", config);
  for (const Index steps : {2, 3, 5, 8}) train(parts, steps);
  CHECK((engine::read_file(parts.best()) != engine::read_file(parts.checkpoint()) || best == 8));
  CHECK(gan::run::read_header(engine::load(parts.best())).step == best);

  // The audits, in the rows of their steps.
  const auto certified = log.numbers("certified"), slope = log.numbers("slope"),
             estimate = log.numbers("estimate_over_bound"), exact = log.numbers("exact_distance");
  for (std::size_t i = 0; i < 8; ++i) {
    const bool due = (i + 1) % 4 == 0;
    REQUIRE(certified[i].has_value() == due);
    if (!due) continue;
    CHECK(*slope[i] <= *certified[i] * (1 + 1e-4));  // slopes are rounded
    CHECK(*estimate[i] <= *exact[i] * (1 + 1e-4));
  }
  CHECK(gan::run::read_table(whole.path() + "/audit.csv").rows.size() == 2 * 4);
  // It does not affect training.
  config.audit_every = 0;
  const auto plain = gan::run::RunDirectory::create(scratch / "plain", config);
  train(plain, 8);
  CHECK(!std::filesystem::exists(plain.path() + "/audit.csv"));
  gan::training::Trainer with(config, data), without(config, data);
  gan::run::restore(whole.checkpoint(), with);
  gan::run::restore(plain.checkpoint(), without);
  CHECK(with.samples().values() == without.samples().values());
}

TEST_CASE("training with a scorer: scores in the log; the training is the same as without") {
  const Scratch scratch;
  const datasets::Shapes data({.resize = 8});
  gan::training::Config config{.steps = 8,
                               .batch = 4,
                               .g_batch = 4,
                               .log_every = 2,
                               .sample_every = 8,
                               .checkpoint_every = 4,
                               .score_every = 4,
                               .score_images = 20};
  const gan::analysis::ProxyScorer scorer(write_scorer(scratch, "colours"));
  const auto trained = [&](const char* name, const gan::analysis::ProxyScorer* with) {
    const auto run = gan::run::RunDirectory::create(scratch / name, config);
    gan::training::Trainer trainer(config, data);
    run_session(trainer, run, config, {}, with);
    return run;
  };
  const auto rows = [](const gan::run::RunDirectory& run) {
    std::istringstream in(engine::read_file(run.log()));
    std::vector<std::string> all;
    for (std::string row; std::getline(in, row);) all.push_back(row);
    return all;
  };
  const auto plain = trained("plain", nullptr), scored = trained("scored", &scorer);
  CHECK(engine::read_file(plain.checkpoint()) == engine::read_file(scored.checkpoint()));
  CHECK(rows(plain)[0] == "step,d_loss,g_loss,d_real,d_fake,steps_per_second,seconds");
  const auto log = rows(scored);
  REQUIRE(log.size() == 5);
  CHECK(log[0] == "step,d_loss,g_loss,d_real,d_fake,proxy_is,classes,steps_per_second,seconds");
  CHECK(log[1].find(",,,") != std::string::npos);  // step 2: no score
  CHECK(log[2].find(",,") == std::string::npos);   // step 4
  CHECK(log[3].find(",,,") != std::string::npos);

  // A resumed run has the same scores.
  const auto run = gan::run::RunDirectory::create(scratch / "resumed", config);
  gan::training::Config half = config;
  half.steps = 4;
  gan::training::Trainer first(half, data);
  run_session(first, run, half, {}, &scorer);
  gan::training::Trainer second(config, data);
  gan::run::restore(run.checkpoint(), second);
  run_session(second, run, config, {}, &scorer);
  const auto without_times = [](std::vector<std::string> all) {
    for (std::string& row : all) row.resize(row.rfind(',', row.rfind(',') - 1));
    return all;
  };
  CHECK(without_times(rows(run)) == without_times(log));
}

}  // namespace
