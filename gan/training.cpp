#include "gan/training.h"

#include <iomanip>
#include <map>
#include <optional>
#include <sstream>

#include "datasets/image_grid.h"
#include "engine/check.h"
#include "engine/file.h"
#include "engine/random.h"
#include "gan/event_log.h"
#include "gan/gradient_log.h"
#include "gan/interrupt.h"
#include "gan/loss_log.h"
#include "gan/progress.h"

namespace gan {
namespace {

// The records of one stretch of training, from its first step to its end.
class Recorder {
 public:
  Recorder(Trainer& trainer, const RunDirectory& run, const Config& config,
           const ProxyScorer* scorer)
      : trainer_(trainer),
        run_(run),
        config_(config),
        scorer_(scorer),
        log_(run.log(), trainer.step_count(), scorer != nullptr),
        events_(run.path(), trainer.step_count()),
        gradients_(run.path(), trainer.step_count()),
        progress_(trainer.step_count(), config.steps),
        logged_step_(trainer.step_count()),
        seconds_before_(log_.seconds()),
        saved_(trainer.step_count()) {}

  void after_step(double seconds_left) {
    const Index step = trainer_.step_count();
    const auto due = [&](Index every) { return step % every == 0; };
    if (due(config_.log_every)) log();
    if (due(config_.gradients_every)) {
      check_finite();
      gradients_.add(step, trainer_.gradients());
    }
    if (due(config_.checkpoint_every)) checkpoint();
    if (due(config_.sample_every)) sample();
    progress_.step(step, seconds_left);
  }

  void finish() {
    if (saved_ != trainer_.step_count()) checkpoint();
    if (sampled_ != trainer_.step_count()) sample();
    gradients_.draw();
  }

  double seconds() const { return clock_.seconds(); }

 private:
  // Nothing is recorded any more once a value is not finite, so what was saved last is good.
  void check_finite() const {
    if (trainer_.finite()) return;
    std::ostringstream kept;
    if (run_.has_checkpoint()) kept << "the checkpoint of step " << saved_ << " is kept; ";
    engine::fail("training: from step ", trainer_.first_bad_step(),
                 " on a loss or a weight is no finite number any more; ", kept.str(),
                 "lower g.lr and d.lr");
  }

  void log() {
    check_finite();
    const LossMeans losses = trainer_.losses();
    const double now = clock_.seconds();
    const double rate =
        static_cast<double>(trainer_.step_count() - logged_step_) / (now - logged_seconds_);
    const std::optional<ProxyScore> scored = score_if_due();
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
  }

  // In the first row at or after each multiple of score_every, so that a resumed run has them too.
  std::optional<ProxyScore> score_if_due() {
    const Index step = trainer_.step_count(), every = config_.score_every;
    if (scorer_ && step / every > (step - config_.log_every) / every)
      score_ = score(trainer_, *scorer_, config_.score_images);
    else
      return std::nullopt;
    return score_;
  }

  void show(const LossMeans& losses) {
    std::ostringstream note;
    note << std::fixed << std::setprecision(3) << "d_loss " << losses.discriminator << "  g_loss "
         << losses.generator;
    if (score_) note << std::setprecision(2) << "  " << scorer_->name() << " " << score_->value;
    progress_.note(note.str());
  }

  void sample() {
    check_finite();
    sampled_ = trainer_.step_count();
    datasets::save_grid(run_.samples(sampled_), trainer_.samples(), {.columns = 8, .scale = 2});
    events_.picture(sampled_, "samples", engine::read_file(run_.samples(sampled_)));
  }

  void checkpoint() {
    check_finite();
    trainer_.save(run_.checkpoint());
    saved_ = trainer_.step_count();
  }

  Trainer& trainer_;
  const RunDirectory& run_;
  const Config& config_;
  const ProxyScorer* const scorer_;
  LossLog log_;
  EventLog events_;
  GradientLog gradients_;
  Progress progress_;
  Clock clock_;
  Index logged_step_;
  double logged_seconds_ = 0;
  const double seconds_before_;  // of the run, when this stretch began
  Index saved_, sampled_ = -1;
  std::optional<ProxyScore> score_;  // the latest
};

}  // namespace

ProxyScore score(Trainer& trainer, const ProxyScorer& scorer, Index images) {
  constexpr std::uint64_t seed = 0x5C03E;
  const engine::RandomState training = engine::random_state();
  const ProxyScore score = scorer(images, [&](Index first, Index count) {
    // Blocks of four numbers: where the noise of image `first` begins.
    const auto block = static_cast<std::uint64_t>((first * trainer.z_dim() + 3) / 4);
    engine::set_random_state({.seed = seed, .counter = block});
    return trainer.samples(engine::normal({count, trainer.z_dim()}));
  });
  engine::set_random_state(training);
  return score;
}

Ending train(Trainer& trainer, const RunDirectory& run, const Config& config,
             const TrainingLimits& limits, const ProxyScorer* scorer) {
  Recorder recorder(trainer, run, config, scorer);
  Ending ending = Ending::done;
  while (trainer.step_count() < config.steps) {
    trainer.step();
    const double seconds_left = 60 * limits.minutes - recorder.seconds();
    recorder.after_step(seconds_left);
    if (interrupted()) {
      ending = Ending::interrupted;
      break;
    }
    if (seconds_left <= 0) {
      ending = Ending::out_of_time;
      break;
    }
  }
  recorder.finish();
  return ending;
}

}  // namespace gan
