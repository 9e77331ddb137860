#include "gan/run/session.h"

#include <cmath>
#include <filesystem>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <sstream>
#include <utility>

#include "engine/check.h"
#include "engine/collective.h"
#include "engine/file.h"
#include "engine/random.h"
#include "gan/console/interrupt.h"
#include "gan/console/program_name.h"
#include "gan/console/progress.h"
#include "gan/run/audit_log.h"
#include "gan/run/checkpoint.h"
#include "gan/run/event_log.h"
#include "gan/run/gradient_log.h"
#include "gan/run/loss_log.h"
#include "gan/run/machine_file.h"
#include "gan/run/run_table.h"
#include "gan/run/save_samples.h"
#include "gan/training/finite.h"

namespace gan::run {
namespace {

using analysis::ProxyScore;
using analysis::ProxyScorer;
using console::interrupted;
using training::Config;
using training::LossMeans;
using training::Trainer;

std::string score_column(const ProxyScorer& scorer) {
  return scorer.is_inception() ? "is" : "proxy_is";
}
std::string distance_column(const ProxyScorer& scorer) {
  return scorer.is_inception() ? "fid" : "proxy_fid";
}

bool same_classes(const Trainer& trainer, const ProxyScorer& scorer) {
  const std::vector<std::string>& names = trainer.class_names();
  return !names.empty() && names == scorer.class_names();
}

std::vector<std::string> measures(const Trainer& trainer, const Config& config,
                                  const ProxyScorer* scorer) {
  std::vector<std::string> columns;
  if (scorer) columns = {score_column(*scorer), "classes"};
  if (scorer && same_classes(trainer, *scorer)) columns.emplace_back("class_accuracy");
  if (scorer && scorer->has_distance()) columns.push_back(distance_column(*scorer));
  if (config.audit_every > 0)
    columns.insert(columns.end(), {"certified", "slope", "estimate_over_bound", "exact_distance"});
  return columns;
}

struct BestScore {
  Index step = 0;
  double value = 0;
};

// Rounded as in log.csv, because a resumed run compares with the value there.
double as_logged(double value) {
  std::ostringstream text;
  text << value;
  return std::stod(text.str());
}

// Of the rows of a log.
std::optional<BestScore> best_score(const std::string& log, const std::string& column) {
  const RunTable table = read_table(log);
  std::optional<BestScore> best;
  const std::vector<std::optional<Index>> steps = table.wholes("step");
  const std::vector<std::optional<double>> values = table.numbers(column);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (steps[i] && values[i] && (!best || *values[i] > best->value))
      best = {*steps[i], *values[i]};
  return best;
}

std::string diverged_json(Index step, const std::string& what) {
  return nlohmann::ordered_json{{"step", step}, {"not_finite", what}}.dump(2) + "\n";
}

// The step of the last row that a log may have: that of the step at hand is still to come, or not.
Index last_row(const Trainer& trainer, const Config& config) {
  return trainer.step_count() - (row_is_due(trainer, config) ? 1 : 0);
}

// The records of one session, from its first step to its end.
class Recorder {
 public:
  Recorder(Trainer& trainer, const RunDirectory& run, const Config& config,
           const ProxyScorer* scorer, const SessionLimits& limits)
      : trainer_(trainer),
        run_(run),
        config_(config),
        scorer_(scorer),
        limits_(limits),
        log_(run.log(), last_row(trainer, config), measures(trainer, config, scorer)),
        events_(run.path(), trainer.step_count()),
        gradients_(run.path(), trainer.step_count()),
        progress_(trainer.step_count(), config.steps),
        logged_step_(trainer.step_count()),
        seconds_before_(log_.seconds()),
        saved_(trainer.step_count()) {
    if (config.audit_every > 0 || std::filesystem::exists(run.path() + "/audit.csv"))
      audits_.emplace(run.path(), last_row(trainer, config));
    if (scorer) best_ = best_score(run.log(), score_column(*scorer));
    std::filesystem::remove(run.diverged());
    write_machine(run.machine(), scorer);
    run.make_samples_folder();
    run.remove_samples_after(trainer.step_count());  // as the logs do with their rows
  }

  // Writes missing records of the step from which the run resumes, unless it is interrupted.
  void catch_up() {
    const Index step = trainer_.step_count();
    if (std::filesystem::exists(run_.samples(step)))
      sampled_ = step;
    else if (step > 0 && due(config_.sample_every))
      sample();
    if (row_is_due(trainer_, config_)) {
      if (!log()) return;
      checkpoint();
    }
    if (best_ && best_->step == step) keep_best();
  }

  // The checkpoint comes last: it marks the step's records as complete.
  void after_step(double seconds_left) {
    if (due(config_.gradients_every)) {
      check_finite();
      const std::vector<analysis::GradientSpectra::Row> rows = trainer_.gradients();
      gradients_.add(trainer_.step_count(), rows);
      Measures ratios;
      for (const analysis::GradientSpectra::Row& row : rows)
        if (row.s1 > 0) ratios["gradient_ratio/" + row.layer] = row.s0 / row.s1;
      events_.scalars(trainer_.step_count(), ratios);
    }
    if (due(config_.log_every)) log();
    if (due(config_.sample_every)) sample();
    const bool best = best_ && best_->step == trainer_.step_count();
    if (due(config_.checkpoint_every) || best) checkpoint();
    if (best) keep_best();
    progress_.step(trainer_.step_count(), seconds_left);
    if (limits_.on_step) limits_.on_step(trainer_.step_count());
  }

  void finish() {
    if (sampled_ != trainer_.step_count()) sample();
    gradients_.draw();
    if (saved_ != trainer_.step_count()) checkpoint();
  }

  double seconds() const { return clock_.seconds(); }

 private:
  bool due(Index every) const { return trainer_.step_count() % every == 0; }

  // Nothing is recorded once a value is not finite, so the last checkpoint is good.
  void check_finite() {
    if (std::exchange(checked_, trainer_.step_count()) == trainer_.step_count()) return;
    const std::string bad = trainer_.not_finite();
    if (bad.empty()) return;
    diverge(trainer_.first_bad_step(), bad);
  }

  [[noreturn]] void diverge(Index step, const std::string& what) {
    engine::write_file(run_.diverged(), diverged_json(step, what));
    std::ostringstream advice;
    if (run_.has_checkpoint())
      advice << "the checkpoint of step " << saved_
             << " is kept; lower g.lr and d.lr: " << console::program_name() << " train --resume "
             << run_.path() << " --set g.lr=" << config_.g.lr / 2 << " d.lr=" << config_.d.lr / 2;
    else
      advice << "lower g.lr and d.lr";
    engine::fail("training: from step ", step, " on ", what, " is not finite; ", advice.str());
  }

  // Returns false if interrupted while scoring: the row is written on resume.
  bool log() {
    run_.check_held();
    check_finite();
    const double now = clock_.seconds();
    Measures measured;
    if (is_due(config_.score_every) && scorer_ && !take_score(measured)) return false;
    if (is_due(config_.audit_every)) take_audit(measured);
    const LossMeans losses = trainer_.losses();
    const double rate =
        static_cast<double>(trainer_.step_count() - logged_step_) / (now - logged_seconds_);
    log_.add(trainer_.step_count(), losses, measured, rate, seconds_before_ + now);
    measured.insert({{"d_loss", losses.discriminator},
                     {"g_loss", losses.generator},
                     {"d_real", losses.on_real},
                     {"d_fake", losses.on_fake},
                     {"steps_per_second", rate}});
    events_.scalars(trainer_.step_count(), measured);
    show(losses);
    logged_step_ = trainer_.step_count();
    logged_seconds_ = now;
    return true;
  }

  // In the first row at or after each multiple, so that a resumed run gives the same rows; never
  // for 0.
  bool is_due(Index every) const {
    const Index step = trainer_.step_count();
    return every > 0 && step / every > (step - config_.log_every) / every;
  }

  // Returns false if it was interrupted.
  bool take_score(Measures& measured) {
    const console::Clock clock;
    std::optional<ProxyScore> scored;
    try {
      scored = score(trainer_, *scorer_, config_.score_images);
    } catch (const BadSample& bad) {
      diverge(trainer_.step_count(), bad.what());
    }
    if (!scored) return false;
    measured[score_column(*scorer_)] = scored->value;
    measured["classes"] = static_cast<double>(scored->covered);
    if (const auto accuracy = class_accuracy(trainer_, *scorer_, *scored))
      measured["class_accuracy"] = accuracy->all;
    if (scored->distance) measured[distance_column(*scorer_)] = *scored->distance;
    const double value = as_logged(scored->value);
    if (!best_ || value > best_->value) best_ = {trainer_.step_count(), value};
    std::ostringstream note;
    note << std::fixed << std::setprecision(2) << "  " << scorer_->name() << " " << scored->value
         << " (" << std::setprecision(1) << clock.seconds() << " s)";
    score_note_ = note.str();
    return true;
  }

  void take_audit(Measures& measured) {
    const analysis::RunAudit found = trainer_.audit();
    audits_->add(trainer_.step_count(), found);
    measured["certified"] = found.certified;
    measured["slope"] = found.empirical;
    if (found.bounded()) measured["estimate_over_bound"] = found.told();
    measured["exact_distance"] = found.distance.exact;
    Measures ratios;
    for (const analysis::AuditRow& row : found.layers)
      ratios["weight_ratio/" + row.name] = row.found.ratio;
    events_.scalars(trainer_.step_count(), ratios);
  }

  void show(const LossMeans& losses) {
    std::ostringstream note;
    note << std::fixed << std::setprecision(3) << "d_loss " << losses.discriminator << "  g_loss "
         << losses.generator << score_note_;
    progress_.note(note.str());
  }

  void sample() {
    run_.check_held();
    check_finite();
    sampled_ = trainer_.step_count();
    run_.make_samples_folder();
    save_samples(run_.samples(sampled_), trainer_.samples(),
                 {.columns = Trainer::kShownColumns, .scale = 2}, &trainer_.data());
    events_.picture(sampled_, "samples", engine::read_file(run_.samples(sampled_)));
  }

  void checkpoint() {
    run_.check_held();
    check_finite();
    log_.sync();
    gradients_.sync();
    if (audits_) audits_->sync();
    events_.sync();
    save(run_.checkpoint(), trainer_);
    saved_ = trainer_.step_count();
  }

  // The checkpoint just written, or the one from which the run resumes.
  void keep_best() { engine::write_file(run_.best(), engine::read_file(run_.checkpoint())); }

  Trainer& trainer_;
  const RunDirectory& run_;
  const Config& config_;
  const ProxyScorer* const scorer_;
  const SessionLimits& limits_;
  LossLog log_;
  std::optional<AuditLog> audits_;
  EventLog events_;
  GradientLog gradients_;
  console::Progress progress_;
  console::Clock clock_;
  Index logged_step_;
  double logged_seconds_ = 0;
  const double seconds_before_;                // of the run, at the start of this session
  Index saved_, sampled_ = -1, checked_ = -1;  // steps
  std::string score_note_;                     // the latest score
  std::optional<BestScore> best_;
};

constexpr std::uint64_t kSampleSeed = 0x5C03E;

// An interrupt while images are scored.
struct Interrupted {};

// What comes next, as all processes see it: what any of them has to end for.
SessionEnd agreed(SessionEnd mine) {
  float votes[] = {mine == SessionEnd::out_of_time ? 1.0F : 0, interrupted() ? 1.0F : 0};
  engine::processes().sum(std::span<float>(votes));
  if (votes[1] > 0) return SessionEnd::interrupted;
  return votes[0] > 0 ? SessionEnd::out_of_time : SessionEnd::done;
}

}  // namespace

std::unique_ptr<const ProxyScorer> open_scorer(const Config& config, const datasets::Dataset& data,
                                               const std::string& data_hash) {
  if (config.scorer.empty()) return nullptr;
  std::optional<engine::Precision> precision;
  if (!config.score_precision.empty()) precision = engine::precision_named(config.score_precision);
  auto scorer = std::make_unique<ProxyScorer>(config.scorer, precision);
  scorer->check_fits(models::size_of(data));
  scorer->compare_with(data, data_hash);
  return scorer;
}

engine::Tensor samples(Trainer& trainer, Index count) {
  const engine::RandomState training = engine::random_state();
  engine::seed(kSampleSeed);
  const engine::Tensor images = trainer.samples(engine::normal({count, trainer.z_dim()}));
  engine::set_random_state(training);
  return images;
}

std::optional<ProxyScore> score(Trainer& trainer, const ProxyScorer& scorer, Index images) {
  const engine::RandomState training = engine::random_state();
  std::optional<ProxyScore> score;
  try {
    score = scorer(images, [&](Index first, Index count) {
      if (interrupted()) throw Interrupted();
      // The start of image `first`'s noise, in blocks of four numbers.
      const auto block = static_cast<std::uint64_t>((first * trainer.z_dim() + 3) / 4);
      engine::set_random_state({.seed = kSampleSeed, .counter = block});
      const engine::Tensor samples =
          trainer.samples(engine::normal({count, trainer.z_dim()}), first);
      if (!std::isfinite(training::blemish(samples).item())) throw BadSample("a sample");
      return samples;
    });
  } catch (const Interrupted&) {  // part of the images gives no score
  }
  engine::set_random_state(training);
  return score;
}

std::optional<ClassAccuracy> class_accuracy(const Trainer& trainer, const ProxyScorer& scorer,
                                            const ProxyScore& score) {
  if (!same_classes(trainer, scorer)) return std::nullopt;
  const std::size_t classes = trainer.class_names().size();
  std::vector<double> right(classes), asked(classes);
  for (std::size_t i = 0; i < score.answers.size(); ++i) {
    ++asked[i % classes];
    if (score.answers[i] == static_cast<Index>(i % classes)) ++right[i % classes];
  }
  ClassAccuracy found;
  for (std::size_t c = 0; c < classes; ++c) {
    found.each.push_back(asked[c] > 0 ? right[c] / asked[c] : 0);
    found.all += right[c] / static_cast<double>(score.answers.size());
  }
  return found;
}

bool row_is_due(const Trainer& trainer, const Config& config) {
  return trainer.unread_steps() > 0 && trainer.step_count() % config.log_every == 0;
}

SessionEnd run_session(Trainer& trainer, const RunDirectory& run, const Config& config,
                       const SessionLimits& limits, const ProxyScorer* scorer) {
  Recorder recorder(trainer, run, config, scorer, limits);
  recorder.catch_up();
  SessionEnd ending = agreed(SessionEnd::done);
  while (ending == SessionEnd::done && trainer.step_count() < config.steps) {
    trainer.step();
    const double seconds_left = 60 * limits.minutes - recorder.seconds();
    recorder.after_step(seconds_left);
    ending = agreed(seconds_left <= 0 ? SessionEnd::out_of_time : SessionEnd::done);
  }
  recorder.finish();
  return ending;
}

void follow_session(Trainer& trainer, const Config& config) {
  while (agreed(SessionEnd::done) == SessionEnd::done && trainer.step_count() < config.steps)
    trainer.step();
}

}  // namespace gan::run
