#include "gan/run/session.h"

#include <filesystem>
#include <iomanip>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "engine/check.h"
#include "engine/file.h"
#include "engine/random.h"
#include "gan/console/interrupt.h"
#include "gan/console/progress.h"
#include "gan/run/checkpoint.h"
#include "gan/run/event_log.h"
#include "gan/run/gradient_log.h"
#include "gan/run/loss_log.h"
#include "gan/run/save_samples.h"

namespace gan::run {
namespace {

using analysis::ProxyScore;
using analysis::ProxyScorer;
using console::interrupted;
using training::Config;
using training::LossMeans;
using training::Trainer;

// The records of one session, from its first step to its end.
class Recorder {
 public:
  Recorder(Trainer& trainer, const RunDirectory& run, const Config& config,
           const ProxyScorer* scorer)
      : trainer_(trainer),
        run_(run),
        config_(config),
        scorer_(scorer),
        log_(run.log(), trainer.step_count() - (row_is_due(trainer, config) ? 1 : 0),
             scorer != nullptr),
        events_(run.path(), trainer.step_count()),
        gradients_(run.path(), trainer.step_count()),
        progress_(trainer.step_count(), config.steps),
        logged_step_(trainer.step_count()),
        seconds_before_(log_.seconds()),
        saved_(trainer.step_count()) {
    run.make_samples_folder();
    run.remove_samples_after(trainer.step_count());  // as the logs do with their rows
  }

  // Makes up for what is missing of the step that the run goes on from. Returns false if it was
  // interrupted.
  bool catch_up() {
    const Index step = trainer_.step_count();
    if (std::filesystem::exists(run_.samples(step)))
      sampled_ = step;
    else if (step > 0 && due(config_.sample_every))
      sample();
    if (!row_is_due(trainer_, config_)) return true;
    if (!log()) return false;
    checkpoint();
    return true;
  }

  // The checkpoint comes last: it says that all the rest of the step is there.
  void after_step(double seconds_left) {
    if (due(config_.gradients_every)) {
      check_finite();
      gradients_.add(trainer_.step_count(), trainer_.gradients());
    }
    if (due(config_.log_every)) log();
    if (due(config_.sample_every)) sample();
    if (due(config_.checkpoint_every)) checkpoint();
    progress_.step(trainer_.step_count(), seconds_left);
  }

  void finish() {
    if (sampled_ != trainer_.step_count()) sample();
    gradients_.draw();
    if (saved_ != trainer_.step_count()) checkpoint();
  }

  double seconds() const { return clock_.seconds(); }

 private:
  bool due(Index every) const { return trainer_.step_count() % every == 0; }

  // Nothing is recorded any more once a value is not finite, so what was saved last is good.
  void check_finite() {
    if (std::exchange(checked_, trainer_.step_count()) == trainer_.step_count()) return;
    const std::string bad = trainer_.not_finite();
    if (bad.empty()) return;
    std::ostringstream advice;
    if (run_.has_checkpoint())
      advice << "the checkpoint of step " << saved_ << " is kept; lower g.lr and d.lr: gan train "
             << "--resume " << run_.path() << " --set g.lr=" << config_.g.lr / 2
             << " d.lr=" << config_.d.lr / 2;
    else
      advice << "lower g.lr and d.lr";
    engine::fail("training: from step ", trainer_.first_bad_step(), " on ", bad, " is not finite; ",
                 advice.str());
  }

  // Returns false if an interrupt came while it scored: the row is written on resume.
  bool log() {
    run_.check_held();
    check_finite();
    const double now = clock_.seconds();
    const std::optional<ProxyScore> scored = score_if_due();
    if (score_is_due() && !scored) return false;
    const LossMeans losses = trainer_.losses();
    const double rate =
        static_cast<double>(trainer_.step_count() - logged_step_) / (now - logged_seconds_);
    log_.add(trainer_.step_count(), losses, scored, rate, seconds_before_ + now);
    std::map<std::string, double> values = {{"d_loss", losses.discriminator},
                                            {"g_loss", losses.generator},
                                            {"d_real", losses.on_real},
                                            {"d_fake", losses.on_fake},
                                            {"steps_per_second", rate}};
    if (scored) {
      values["proxy_is"] = scored->value;
      values["classes"] = static_cast<double>(scored->covered);
    }
    events_.scalars(trainer_.step_count(), values);
    show(losses);
    logged_step_ = trainer_.step_count();
    logged_seconds_ = now;
    return true;
  }

  // In the first row at or after each multiple of score_every, so that a resumed run has them too.
  bool score_is_due() const {
    const Index step = trainer_.step_count(), every = config_.score_every;
    return scorer_ && step / every > (step - config_.log_every) / every;
  }

  // Nothing if none is due, or if it was interrupted.
  std::optional<ProxyScore> score_if_due() {
    if (!score_is_due()) return std::nullopt;
    const std::optional<ProxyScore> scored = score(trainer_, *scorer_, config_.score_images);
    if (scored) score_ = scored;
    return scored;
  }

  void show(const LossMeans& losses) {
    std::ostringstream note;
    note << std::fixed << std::setprecision(3) << "d_loss " << losses.discriminator << "  g_loss "
         << losses.generator;
    if (score_) note << std::setprecision(2) << "  " << scorer_->name() << " " << score_->value;
    progress_.note(note.str());
  }

  void sample() {
    run_.check_held();
    check_finite();
    sampled_ = trainer_.step_count();
    run_.make_samples_folder();
    save_samples(run_.samples(sampled_), trainer_.samples(), {.columns = 8, .scale = 2},
                 &trainer_.data());
    events_.picture(sampled_, "samples", engine::read_file(run_.samples(sampled_)));
  }

  void checkpoint() {
    run_.check_held();
    check_finite();
    log_.sync();
    gradients_.sync();
    events_.sync();
    save(run_.checkpoint(), trainer_);
    saved_ = trainer_.step_count();
  }

  Trainer& trainer_;
  const RunDirectory& run_;
  const Config& config_;
  const ProxyScorer* const scorer_;
  LossLog log_;
  EventLog events_;
  GradientLog gradients_;
  console::Progress progress_;
  console::Clock clock_;
  Index logged_step_;
  double logged_seconds_ = 0;
  const double seconds_before_;                // of the run, when this stretch began
  Index saved_, sampled_ = -1, checked_ = -1;  // steps
  std::optional<ProxyScore> score_;            // the latest
};

constexpr std::uint64_t kSampleSeed = 0x5C03E;

// An interrupt while images are scored.
struct Interrupted {};

}  // namespace

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
      // Blocks of four numbers: where the noise of image `first` begins.
      const auto block = static_cast<std::uint64_t>((first * trainer.z_dim() + 3) / 4);
      engine::set_random_state({.seed = kSampleSeed, .counter = block});
      return trainer.samples(engine::normal({count, trainer.z_dim()}));
    });
  } catch (const Interrupted&) {  // nothing is known of a part of the images
  }
  engine::set_random_state(training);
  return score;
}

bool row_is_due(const Trainer& trainer, const Config& config) {
  return trainer.unread_steps() > 0 && trainer.step_count() % config.log_every == 0;
}

SessionEnd run_session(Trainer& trainer, const RunDirectory& run, const Config& config,
                       const SessionLimits& limits, const ProxyScorer* scorer) {
  Recorder recorder(trainer, run, config, scorer);
  SessionEnd ending = recorder.catch_up() ? SessionEnd::done : SessionEnd::interrupted;
  while (ending == SessionEnd::done && trainer.step_count() < config.steps) {
    trainer.step();
    const double seconds_left = 60 * limits.minutes - recorder.seconds();
    recorder.after_step(seconds_left);
    if (interrupted())
      ending = SessionEnd::interrupted;
    else if (seconds_left <= 0)
      ending = SessionEnd::out_of_time;
  }
  recorder.finish();
  return ending;
}

}  // namespace gan::run
