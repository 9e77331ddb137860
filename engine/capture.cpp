#include "engine/capture.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "engine/backend.h"
#include "engine/check.h"
#include "engine/device.h"

namespace engine {
namespace {

std::uint64_t epoch = 0;

constexpr Index kAlign = 16 / sizeof(Real);  // of a place in LiveMemory, in elements

Index places(Index elements) { return (elements + kAlign - 1) / kAlign * kAlign; }
Index elements_of(std::size_t bytes) {
  return static_cast<Index>((bytes + sizeof(Real) - 1) / sizeof(Real));
}

// Device memory that the host writes before each replay, and its values on the host. It is there
// before the recording begins: what is allocated during one may have served earlier work of it,
// which a replay would write there again.
class LiveMemory {
 public:
  explicit LiveMemory(Index elements)
      : device_(Shape{elements}), host_(static_cast<std::size_t>(elements)) {}

  // A place of so many Reals, whose values on the host are made by `make` before each replay.
  struct Place {
    Tensor device;
    Real* host;
  };
  Place place(Index elements, std::function<void(void*)> make) {
    check(used_ + elements <= device_.size(), "capture: the step now asks for more live values ",
          "than the ", device_.size(), " of when it was watched");
    const Place place{Tensor::view(device_, used_, Shape{elements}), host_.data() + used_};
    used_ += places(elements);
    makers_.push_back({std::move(make), place.host});
    return place;
  }
  void make() {
    for (const Maker& maker : makers_) maker.make(maker.host);
  }
  void send() { device_.backend().upload(device_.data(), host_.data(), used_); }

 private:
  struct Maker {
    std::function<void(void*)> make;
    Real* host;
  };
  Tensor device_;
  std::vector<Real> host_;
  Index used_ = 0;
  std::vector<Maker> makers_;
};

thread_local LiveMemory* live_here = nullptr;  // of the step that is being recorded
thread_local const char* obstacle = nullptr;   // why the step that is being watched cannot be
thread_local Index live_elements = 0;          // that the step being watched has asked for

}  // namespace

struct Captured::Record {
  LiveMemory live;
  std::unique_ptr<Recording> work;

  explicit Record(Index live_elements) : live(live_elements) {}
  void record(Backend& backend, const std::function<void()>& step) {
    backend.begin_recording();
    live_here = &live;
    try {
      step();
    } catch (...) {
      live_here = nullptr;
      backend.abandon_recording();
      throw;
    }
    live_here = nullptr;
    work = backend.end_recording();
    run();
  }
  void replay() {
    live.make();
    run();
  }
  void run() {
    live.send();
    work->replay();
  }
};

Captured::Captured(std::function<void()> step) : step_(std::move(step)) {}
Captured::~Captured() = default;
Captured::Captured(Captured&&) noexcept = default;
Captured& Captured::operator=(Captured&&) noexcept = default;

bool Captured::replays() const { return record_ != nullptr; }

void Captured::operator()() {
  Backend& backend = Device::current().backend();
  if (!backend.records() || capturing()) return step_();
  if (device_ != &backend) {
    record_ = nullptr;
    device_ = &backend;
    calls_ = 0;
    refused_ = false;
  }
  ++epoch;
  if (record_) {
    record_->replay();
  } else if (refused_ || calls_ == 0) {  // the first call also makes what later calls only change
    step_();
  } else if (calls_ == 1) {
    obstacle = nullptr;
    live_elements = 0;
    step_();
    live_elements_ = live_elements;
    refused_ = obstacle != nullptr;
    if (refused_)
      std::fprintf(stderr, "note: the step is not captured on %s, since it %s\n", backend.name(),
                   obstacle);
  } else {
    auto record = std::make_unique<Record>(live_elements_);
    record->record(backend, step_);
    record_ = std::move(record);
  }
  ++calls_;
  ++epoch;
}

bool capturing() { return live_here != nullptr; }
std::uint64_t capture_epoch() { return epoch; }

void not_recordable(const char* why) {
  check(!capturing(), "capture: the step now ", why, ", which it did not do when it was watched");
  obstacle = why;
}

void note_live(std::size_t bytes) { live_elements += places(elements_of(bytes)); }

const void* live_slot(std::size_t bytes, const void* first, std::function<void(void*)> make) {
  check(capturing(), "live: no step is being captured");
  const auto place = live_here->place(elements_of(bytes), std::move(make));
  std::memcpy(place.host, first, bytes);
  return place.device.data();
}

Tensor live_tensor(const Shape& shape, std::function<std::span<const Real>()> make) {
  const auto checked = [&shape, n = shape.size()](std::span<const Real> values) {
    check(static_cast<Index>(values.size()) == n, "live_tensor: ", values.size(),
          " values do not fill ", shape);
    return values;
  };
  const std::span<const Real> first = checked(make());
  if (!capturing()) {
    note_live(first.size_bytes());
    const Tensor out(shape);
    out.backend().upload(out.data(), first.data(), out.size());
    return out;
  }
  const auto place =
      live_here->place(shape.size(), [make = std::move(make), n = first.size()](void* host) {
        const std::span<const Real> values = make();
        check(values.size() == n, "live_tensor: ", values.size(), " values where there were ", n);
        if (n > 0) std::memcpy(host, values.data(), n * sizeof(Real));
      });
  std::copy(first.begin(), first.end(), place.host);
  return Tensor::view(place.device, 0, shape);
}

}  // namespace engine
