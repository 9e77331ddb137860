#include "gan/console/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "engine/collective.h"
#include "gan/console/printable.h"

namespace gan::console {
namespace {

constexpr double kRedraw = 0.2, kLine = 10;  // seconds

std::string text(const char* format, auto... values) {
  char line[128];
  std::snprintf(line, sizeof(line), format, values...);
  return line;
}

std::string duration(double seconds) {
  const long long s = std::llround(seconds);
  if (s >= 3600) return text("%lldh%02lldm", s / 3600, s / 60 % 60);
  return text("%lldm%02llds", s / 60, s % 60);
}

std::string bar(double done) {
  constexpr int width = 24;
  const int full = static_cast<int>(std::clamp(done, 0.0, 1.0) * width);
  return "[" + std::string(full, '=') + std::string(width - full, ' ') + "] ";
}

}  // namespace

std::string time_left(double seconds) {
  constexpr double year = 3.2e7;
  return seconds < year ? "  " + duration(std::max(seconds, 0.0)) + " left" : "";
}

Progress::Progress(Index first, Index last, std::string unit)
    : first_(first), last_(last), unit_(std::move(unit)), terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (drawn_) std::fputc('\n', stderr);
}

std::string Progress::line(Index step, double seconds_left) const {
  const double seconds = clock_.seconds();
  const double rate = static_cast<double>(step - first_) / seconds;
  const double left = std::min(static_cast<double>(last_ - step) / rate, seconds_left);
  std::string shown =
      unit_ + text(" %lld/%lld  ", static_cast<long long>(step), static_cast<long long>(last_));
  if (!note_.empty()) shown += console::printable(note_) + "  ";
  return shown + text(rate < 100 ? "%.2f " : "%.0f ", rate) + unit_ + "s/s" + time_left(left);
}

void Progress::step(Index step, double seconds_left) {
  const double now = clock_.seconds();
  if (engine::launch().rank > 0) return;  // the first shows the progress of all
  if (now - shown_ < (terminal_ ? kRedraw : kLine)) return;
  shown_ = now;
  const std::string shown = line(step, seconds_left);
  if (terminal_) {
    const double fraction = std::max(static_cast<double>(step) / static_cast<double>(last_),
                                     now / (now + seconds_left));
    // Truncated to the terminal's width: a wrapped line could not be redrawn.
    std::fprintf(stderr, "\r\033[?7l%s%s\033[K\033[?7h", bar(fraction).c_str(), shown.c_str());
    drawn_ = true;
  } else {
    std::fprintf(stderr, "%s\n", shown.c_str());
  }
}

std::function<void(Index done, Index all)> show_progress(const std::string& unit) {
  return [unit, shown = std::shared_ptr<Progress>()](Index done, Index all) mutable {
    if (!shown) shown = std::make_shared<Progress>(done, all, unit);
    shown->step(done);
  };
}

}  // namespace gan::console
