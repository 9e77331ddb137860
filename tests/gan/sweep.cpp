// gan sweep: its grid, its experiments, and identical results after interruptions.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/engine.h"
#include "engine/graph/trace.h"
#include "engine/graph/write_onnx.h"
#include "gan/sweep/child.h"
#include "gan/sweep/experiments.h"
#include "gan/sweep/results.h"
#include "gan/sweep/tables.h"
#include "layers/layers.h"
#include "tests/support/program.h"

namespace {

namespace fs = std::filesystem;
using engine::read_file;
using gan::sweep::Cell;
using gan::sweep::parse_axis;
using gan::sweep::Plan;

std::vector<std::string> sweep_labels(const gan::sweep::Axis& axis) {
  std::vector<std::string> labels;
  for (const auto& level : axis.levels) labels.push_back(level.label);
  return labels;
}

// A classifier of 32x32 images by the means of their channels.
void write_sweep_scorer(const Scratch& scratch) {
  using engine::Tensor;
  auto model = engine::graph::trace(
      [](const Tensor& x) {
        return matmul_nt(global_average_pool(x / 127.5F - 1.0F),
                         Tensor::from({3, 3}, {9, 0, 0, 0, 9, 0, 0, 0, 9}));
      },
      {1, 32, 32, 3}, "images", "logits");
  model.metadata["kantor.scorer"] = "channels";
  engine::graph::save_onnx(scratch / "scorer.onnx", model);
}

const std::string kTinySweep =
    " --preset sn-small --scorer scorer.onnx --steps 6 --seeds 2 --set batch=2 g.batch=2 "
    "score_images=10 ";

TEST_CASE("sweep: commas inside parentheses do not split values") {
  CHECK(sweep_labels(parse_axis("d.constraint=toeplitz(iterations=2,k=1),none")) ==
        std::vector<std::string>{"toeplitz(iterations=2,k=1)", "none"});
  CHECK(sweep_labels(parse_axis("n_dis=1,5")) == std::vector<std::string>{"1", "5"});
  for (const char* bad : {"n_dis", "=1", "n_dis=", "n_dis=1,,2", "d.constraint=clip(c=1", "a=b)"})
    CHECK(says(complaint([&] { parse_axis(bad); }), "--vary"));
}

TEST_CASE("sweep: a grid has a cell for each setting and seed, the last axis fastest") {
  Plan plan{.name = "mine", .preset = "sn-small", .seeds = 2, .steps = 30};
  plan.axes = {parse_axis("d.constraint=toeplitz(k=1),none"), parse_axis("n_dis=1,2,3")};
  const std::vector<Cell> all = gan::sweep::cells(plan);
  REQUIRE(all.size() == 12);
  CHECK(all[0].folder == "01-toeplitz-k-1-1-seed0");
  CHECK(all[1].config.seed == 1);
  CHECK(all[2].config.n_dis == 2);
  CHECK(all[6].config.constraint.text() == "none");
  CHECK(all[6].setting == 3);
  std::set<std::string> folders;
  for (const Cell& cell : all) {
    folders.insert(cell.folder);
    CHECK(cell.config.steps == 30);
    CHECK(30 % cell.config.score_every == 0);  // the last step has a score and an audit
    CHECK(cell.config.score_every % cell.config.log_every == 0);
    CHECK(30 % cell.config.audit_every == 0);
  }
  CHECK(folders.size() == 12);
}

TEST_CASE("sweep: every experiment is a plan that makes sense at each of its scales") {
  REQUIRE(gan::sweep::experiments().size() >= 4);
  for (const auto& experiment : gan::sweep::experiments()) {
    INFO(experiment.name);
    const auto scales = gan::sweep::scales_of(experiment.text, experiment.name);
    CHECK(scales == std::vector<std::string>{"minutes", "hours", "paper"});
    for (const std::string& scale : scales) {
      const Plan plan = gan::sweep::find_plan(experiment.name, scale);
      CHECK(!plan.source.empty());
      std::set<double> found;
      for (const Cell& cell : gan::sweep::cells(plan))
        if (const auto value = gan::sweep::published(plan, cell.labels)) found.insert(*value);
      CHECK(found.size() == plan.published.size());
      const Plan again = gan::sweep::read_plan(to_json(plan), "again");
      CHECK(to_json(again) == to_json(plan));
    }
  }
}

TEST_CASE("sweep: an experiment with a mistake is refused with its place") {
  const auto refusal = [](const std::string& text) {
    return complaint([&] { gan::sweep::cells(gan::sweep::read_plan(text, "mine.json", "")); });
  };
  const std::string good = R"({"vary": {"n_dis": [1, 2]}, "steps": 10})";
  CHECK(refusal(good).empty());
  CHECK(says(refusal("{\n  \"vary\": {\"n_dis\": [1 2]}\n}"), "mine.json", "line 2"));
  CHECK(says(refusal("[]"), "mine.json", "object"));
  CHECK(says(refusal(R"({"vary": {"n_dis": [1]}, "steps": 1e999})"), "mine.json"));
  CHECK(says(refusal(R"({"vary": {"n_dis": [1]}, "step": 10})"), "'step'", "steps"));
  CHECK(says(refusal(R"({"vary": {"n_dis": [1]}, "steps": 10, "steps": 20})"), "twice"));
  CHECK(says(refusal(R"({"vary": {"n_dis": [1]}, "steps": -1})"), "'steps'"));
  CHECK(says(refusal(R"({"vary": {"n_dis": [1]}, "minutes": "ten"})"), "'minutes'"));
  CHECK(says(refusal(R"({"vary": {"n_dsi": [1]}})"), "'n_dsi'", "'n_dis'"));
  CHECK(says(refusal(R"({"vary": {"n_dis": [[1]]}})"), "vary.n_dis"));
  CHECK(says(refusal(R"({"vary": {"n_dis": {"a": "n_dis=1"}}})"), "vary.n_dis.a"));
  CHECK(says(refusal(R"({"vary": {"n_dis": [0]}})"), "n_dis=0"));
  CHECK(says(refusal(R"({"vary": {"n_dis": [1, 1]}})"), "twice"));
  CHECK(says(refusal(R"({"vary": {"seed": [1, 2]}})"), "seed"));
  CHECK(says(refusal(R"({"vary": {}})"), "vary"));
  CHECK(says(refusal(R"({"steps": 10})"), "varies"));
  CHECK(says(refusal(R"({"vary": {"n_dis": [1]}, "set": "loss=hinge"})"), "'set'"));
  CHECK(says(refusal(R"({"vary": {"n_dis": [1]}, "published": {"values": {}}})"), "published"));
  CHECK(says(complaint([&] { gan::sweep::read_plan(good, "mine.json", "hours"); }), "no scales"));
}

TEST_CASE("sweep: bad usage is one line, and leaves nothing behind") {
  const Scratch scratch;
  const auto bad = [&](const std::string& arguments) {
    return kGan.run(scratch, "gan sweep " + arguments);
  };
  CHECK(kGan.refused(bad("poster-q"), 2, "'poster-q'", "poster-k"));
  CHECK(kGan.refused(bad("poster-k --scale days"), 2, "'days'", "minutes"));
  CHECK(kGan.refused(bad("--preset sn-small"), 2, "--vary"));
  CHECK(kGan.refused(bad("--preset big --vary n_dis=1,2"), 2, "'big'", "sn-small"));
  CHECK(kGan.refused(bad("--preset sn-small --vary n_dsi=1,2"), 2, "'n_dsi'", "'n_dis'"));
  CHECK(kGan.refused(bad("--preset sn-small --vary n_dis=1 --scale hours"), 2, "--scale"));
  CHECK(kGan.refused(bad("--preset sn-small --vary n_dis=1 --seeds 0"), 2, "--seeds"));
  CHECK(kGan.refused(bad("--preset sn-small --vary 'd.constraint=clip(c=0'"), 2, "unclosed"));
  CHECK(kGan.refused(bad("--out nowhere"), 2, "nowhere"));
  scratch.write("mine.json", "{\"vary\": {\"n_dis\": [1]}, \"stesp\": 4}");
  CHECK(kGan.refused(bad("mine.json"), 2, "mine.json", "'stesp'"));
  scratch.write("full/letter.txt", "mine");
  CHECK(kGan.refused(bad("--preset sn-small --vary n_dis=1 --out full"), 1, "letter.txt"));
  CHECK(!fs::exists(scratch / "sweeps"));
}

TEST_CASE("sweep: stopped and continued, it comes to the same tables to the bit") {
  const Scratch scratch;
  write_sweep_scorer(scratch);
  const std::string arguments =
      kTinySweep + "--vary 'd.constraint=toeplitz(k=1),none' --jobs 2 --threads 2 --out ";
  const Outcome whole = kGan.run(scratch, "gan sweep" + arguments + "whole");
  INFO(whole.err);
  REQUIRE(whole.status == 0);
  CHECK(whole.out.find("toeplitz(k=1)") != std::string::npos);
  CHECK(whole.out.find("best proxy-IS") != std::string::npos);
  const std::string table = read_file(scratch / "whole/table.csv");
  CHECK(table.starts_with("d.constraint,seeds,done,diverged,score,score_sd,"));
  CHECK(std::ranges::count(table, '\n') == 3);
  CHECK(fs::exists(scratch / "whole/02-none-seed1/best.safetensors"));

  // Interrupted while the first cells train, then killed while others do.
  const auto stopped = [&](const std::string& ready, const std::string& signal) {
    kGan.run(scratch, "{ '" + kGan.path() + "' sweep" + arguments +
                          "part & } ; pid=$!; n=0; until [ -e part/" + ready +
                          " ] || [ $n -gt 3000 ]; do sleep 0.01; n=$((n + 1)); done; kill -" +
                          signal + " $pid; wait $pid 2>/dev/null; true");
  };
  stopped("01-toeplitz-k-1-seed0/samples/000002.png", "INT");
  CHECK(!fs::exists(scratch / "part/02-none-seed1/cell.json"));
  stopped("02-none-seed0/samples/000002.png", "KILL");
  const Outcome rest = kGan.run(
      scratch, "for n in 1 2 3 4 5 6 7 8 9; do gan sweep --out part && break; sleep 1; done");
  INFO(rest.err);
  CHECK(rest.status == 0);
  for (const std::string file : {"table.csv", "table.md", "cells.csv", "score.csv"})
    CHECK((read_file(scratch / ("part/" + file)) == read_file(scratch / ("whole/" + file))));
  for (const std::string cell : {"01-toeplitz-k-1-seed0", "02-none-seed1"})
    CHECK((read_file(scratch / ("part/" + cell + "/best.safetensors")) ==
           read_file(scratch / ("whole/" + cell + "/best.safetensors"))));

  // Nothing is left to do. The folder refuses another sweep, but takes more seeds.
  const Outcome json = kGan.run(scratch, "gan sweep --out whole --json");
  const auto parsed = nlohmann::json::parse(json.out);
  CHECK(parsed["settings"].size() == 2);
  CHECK(parsed["cells"].size() == 4);
  CHECK(parsed["settings"][0]["certified"]["mean"] > 0);
  CHECK(parsed["settings"][1]["seconds"]["mean"] > 0);
  CHECK(parsed["settings"][1]["memory_mib"]["mean"] > 1);
  CHECK(kGan.refused(kGan.run(scratch, "gan sweep --preset sn-small --vary n_dis=1,2 --out whole"),
                     1, "another sweep", "--out"));
  CHECK(kGan.refused(kGan.run(scratch, "gan train --resume whole"), 1, "whole"));
}

TEST_CASE("sweep: processes share the cells, and take over those of one that was killed") {
  const Scratch scratch;
  write_sweep_scorer(scratch);
  const std::string arguments = kTinySweep + "--vary n_dis=1,2 --jobs 1 --threads 1 --out ";
  REQUIRE(kGan.run(scratch, "gan sweep" + arguments + "alone").status == 0);
  const std::string start = " { '" + kGan.path() + "' sweep" + arguments + "shared & } ; ";
  const Outcome shared = kGan.run(
      scratch, start + "killed=$!; " + start + "one=$!; " + start + "other=$!; n=0; " +
                   "until [ $(ls shared/logs/*.lock 2>/dev/null | wc -l) -ge 2 ] || "
                   "[ $n -gt 3000 ]; do sleep 0.01; n=$((n + 1)); done; kill -KILL $killed; "
                   "wait $one && wait $other");
  INFO(shared.err);
  CHECK(shared.status == 0);
  for (const std::string file : {"table.csv", "cells.csv", "score.csv"})
    CHECK((read_file(scratch / ("shared/" + file)) == read_file(scratch / ("alone/" + file))));
  for (const auto& entry : fs::directory_iterator(scratch / "shared/logs"))
    CHECK(entry.path().extension() != ".lock");
}

TEST_CASE("sweep: a cell that diverges is a result, a scorer that is missing is not") {
  const Scratch scratch;
  write_sweep_scorer(scratch);
  const Outcome outcome = kGan.run(
      scratch, "gan sweep" + kTinySweep + "--vary g.lr=1e-4,1e38 --out s && cat s/table.md");
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find("02-1e38-seed0 diverged at step ") != std::string::npos);
  CHECK(outcome.out.find("not finite") != std::string::npos);
  const std::string cells = read_file(scratch / "s/cells.csv");
  CHECK(cells.find("01-1e-4-seed1,1e-4,1,done,6,") != std::string::npos);
  CHECK(cells.find(",diverged,") != std::string::npos);
  fs::remove(scratch / "scorer.onnx");
  const Outcome missing =
      kGan.run(scratch, "gan sweep" + kTinySweep + "--vary g.lr=1e-4,2e-4 --out t");
  CHECK(missing.status == 1);
  CHECK(missing.err.find("scorer.onnx") != std::string::npos);
  CHECK(!fs::exists(scratch / "t/01-1e-4-seed0"));
}

TEST_CASE("sweep: mean and sample deviation over the seeds that are done") {
  const Scratch scratch;
  Plan plan{.name = "mine", .preset = "sn-small", .seeds = 3, .steps = 2};
  plan.axes = {parse_axis("n_dis=1,2")};
  const std::vector<Cell> cells = gan::sweep::cells(plan);
  const double scores[] = {1, 2, 4};
  for (std::size_t i = 0; i < 3; ++i) {
    scratch.write(cells[i].folder + "/log.csv",
                  "step,proxy_is,proxy_fid,certified,steps_per_second,seconds\n"
                  "1,9,5,inf,90,1\n2,,,,1,1\n3,,,,4,2\n4,,,,5,2\n5,,,,7,2\n6," +
                      std::to_string(scores[i]) + ",7,inf,6,2\n");
    scratch.write(cells[i].folder + "/cell.json", R"({"peak_memory_mib": 12.5})");
  }
  scratch.write(cells[2].folder + "/diverged.json", R"({"step": 2, "not_finite": "w"})");
  auto results = gan::sweep::read_results(plan, cells, scratch.path());
  REQUIRE(results.settings.size() == 2);
  CHECK(results.score == "proxy-IS");
  CHECK(results.settings[0].done == 2);
  CHECK(results.settings[0].diverged == 1);
  CHECK(results.settings[0].values[0]->mean == 1.5);
  CHECK(*results.settings[0].values[0]->deviation == doctest::Approx(std::sqrt(0.5)));
  CHECK(results.settings[0].values[1]->mean == 9);  // the best, which was earlier
  CHECK(results.settings[0].values[3]->mean == 5);
  CHECK(results.settings[0].values[9]->mean ==
        6);  // of 4, 5, 6, 7: no start, no step after a score
  CHECK(results.settings[0].values[10]->mean == 12.5);
  CHECK(!results.settings[1].values[0]);
  CHECK(gan::sweep::as_markdown(plan, results).find(cells[3].folder + " has not started") !=
        std::string::npos);
}

TEST_CASE("sweep: a process of its own reports its end and its last words") {
  using gan::sweep::Child;
  const Scratch scratch;
  gan::sweep::SharedCounters counters(2);
  Child good([&] { return counters.set(1, 7), 0; }, scratch / "good");
  CHECK(good.wait() == 0);
  CHECK(counters.get(0) == 0);
  CHECK(counters.get(1) == 7);
  Child bad([]() -> int { engine::fail("no room"); }, scratch / "bad");
  CHECK(bad.wait() == 1);
  CHECK(bad.last_line() == "no room");
  Child endless(
      [] {
        for (;;) usleep(1000);
        return 0;
      },
      scratch / "endless");
  CHECK(!endless.ended());
  endless.interrupt();
  CHECK(endless.wait() == 128 + 2);
}

}  // namespace
