#include "gan/training.h"

#include <sstream>

#include "datasets/image_grid.h"
#include "engine/check.h"
#include "gan/gradient_log.h"
#include "gan/interrupt.h"
#include "gan/loss_log.h"
#include "gan/progress.h"

namespace gan {
namespace {

// The records of one stretch of training, from its first step to its end.
class Recorder {
 public:
  Recorder(Trainer& trainer, const RunDirectory& run, const Config& config)
      : trainer_(trainer),
        run_(run),
        config_(config),
        log_(run.log(), trainer.step_count()),
        gradients_(run.path(), trainer.step_count()),
        progress_(trainer.step_count(), config.steps),
        logged_step_(trainer.step_count()),
        seconds_before_(log_.seconds()),
        saved_(trainer.step_count()) {}

  void after_step(double seconds_left) {
    const Index step = trainer_.step_count();
    const auto due = [&](Index every) { return step % every == 0; };
    if (due(config_.log_every)) log();
    if (due(config_.gradients_every)) gradients_.add(step, trainer_.gradients());
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
    engine::fail("training: at step ", trainer_.step_count(),
                 " a loss or a weight is no finite number any more; ", kept.str(),
                 "lower g.lr and d.lr");
  }

  void log() {
    check_finite();
    const LossMeans losses = trainer_.losses();
    const double now = clock_.seconds();
    const double rate =
        static_cast<double>(trainer_.step_count() - logged_step_) / (now - logged_seconds_);
    log_.add(trainer_.step_count(), losses, rate, seconds_before_ + now);
    progress_.losses(losses);
    logged_step_ = trainer_.step_count();
    logged_seconds_ = now;
  }

  void sample() {
    check_finite();
    sampled_ = trainer_.step_count();
    datasets::save_grid(run_.samples(sampled_), trainer_.samples(), {.columns = 8, .scale = 2});
  }

  void checkpoint() {
    check_finite();
    trainer_.save(run_.checkpoint());
    saved_ = trainer_.step_count();
  }

  Trainer& trainer_;
  const RunDirectory& run_;
  const Config& config_;
  LossLog log_;
  GradientLog gradients_;
  Progress progress_;
  Clock clock_;
  Index logged_step_;
  double logged_seconds_ = 0;
  const double seconds_before_;  // of the run, when this stretch began
  Index saved_, sampled_ = -1;
};

}  // namespace

Ending train(Trainer& trainer, const RunDirectory& run, const Config& config,
             const TrainingLimits& limits) {
  Recorder recorder(trainer, run, config);
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
