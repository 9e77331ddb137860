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

// Device memory that the host writes before each replay, and its values on the host.
class LiveMemory {
 public:
  // A place of so many Reals, whose values on the host are made by `make` before each replay.
  struct Place {
    Tensor device;
    Real* host;
  };
  Place place(Index elements, std::function<void(void*)> make) {
    constexpr Index kAlign = 16 / sizeof(Real), kChunk = 4096;
    const Index needed = (elements + kAlign - 1) / kAlign * kAlign;
    if (chunks_.empty() || chunks_.back().used + needed > chunks_.back().device.size()) {
      const Index size = std::max(needed, kChunk);
      chunks_.push_back({Tensor(Shape{size}), std::vector<Real>(size), 0});
    }
    Chunk& chunk = chunks_.back();
    const Place place{Tensor::view(chunk.device, chunk.used, Shape{elements}),
                      chunk.host.data() + chunk.used};
    chunk.used += needed;
    makers_.push_back({std::move(make), place.host});
    return place;
  }
  void make() {
    for (const Maker& maker : makers_) maker.make(maker.host);
  }
  void send() {
    for (const Chunk& chunk : chunks_)
      chunk.device.backend().upload(chunk.device.data(), chunk.host.data(), chunk.used);
  }

 private:
  struct Chunk {
    Tensor device;
    std::vector<Real> host;  // its elements stay where they are when chunks are added
    Index used;
  };
  struct Maker {
    std::function<void(void*)> make;
    Real* host;
  };
  std::vector<Chunk> chunks_;
  std::vector<Maker> makers_;
};

thread_local LiveMemory* live_here = nullptr;  // of the step that is being recorded
thread_local const char* obstacle = nullptr;   // why the step that is being watched cannot be

}  // namespace

struct Captured::Record {
  LiveMemory live;
  std::unique_ptr<Recording> work;

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
    step_();
    refused_ = obstacle != nullptr;
    if (refused_)
      std::fprintf(stderr, "note: the step is not captured on %s, since it %s\n", backend.name(),
                   obstacle);
  } else {
    auto record = std::make_unique<Record>();
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

const void* live_slot(std::size_t bytes, const void* first, std::function<void(void*)> make) {
  check(capturing(), "live: no step is being captured");
  const auto place = live_here->place(static_cast<Index>((bytes + sizeof(Real) - 1) / sizeof(Real)),
                                      std::move(make));
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
    const Tensor out(shape);
    out.backend().upload(out.data(), first.data(), out.size());
    return out;
  }
  const auto place = live_here->place(shape.size(), [make, n = first.size()](void* host) {
    const std::span<const Real> values = make();
    check(values.size() == n, "live_tensor: ", values.size(), " values where there were ", n);
    if (n > 0) std::memcpy(host, values.data(), n * sizeof(Real));
  });
  std::copy(first.begin(), first.end(), place.host);
  return Tensor::view(place.device, 0, shape);
}

}  // namespace engine
