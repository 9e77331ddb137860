#include "engine/capture.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "engine/backend.h"
#include "engine/check.h"
#include "engine/device.h"
#include "engine/notice.h"

namespace engine {
namespace {

std::uint64_t generation_now = 1;
std::vector<std::uint64_t> failed;  // the generations of captures that failed

// Of a place in LiveMemory, in elements: as of a block of its own, because libraries choose their
// kernels by alignment, and a captured step must run the kernels that ran when it was called.
constexpr Index kAlign = 256 / sizeof(Real);

Index places(Index elements) { return (elements + kAlign - 1) / kAlign * kAlign; }
Index elements_of(std::size_t bytes) {
  return static_cast<Index>((bytes + sizeof(Real) - 1) / sizeof(Real));
}

// Device memory that the host writes before each replay, and its values on the host. It is
// allocated before the capture begins: memory allocated during one may hold earlier results, which
// a replay would write there again.
class LiveMemory {
 public:
  explicit LiveMemory(Index elements)
      : device_(Shape{elements}), host_(static_cast<std::size_t>(elements)) {}

  // A slot of this many Reals, which `make` fills on the host before each replay.
  struct Place {
    Tensor device;
    Real* host;
  };
  Place place(Index elements, std::function<void(void*)> make) {
    if (used_ + elements > device_.size())
      throw NotCaptured("the step uses more live values than when it was watched");
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

// The live values given to a capture, in order, for the call that replaces it if it fails.
struct Given {
  std::vector<std::vector<Real>> values;
  std::size_t taken = 0;
};

thread_local LiveMemory* live_here = nullptr;  // of the step that is being captured
thread_local Given* given = nullptr;           // to it, or to one that failed and is now called
thread_local const char* obstacle = nullptr;   // why the watched step cannot be captured
thread_local Index live_elements = 0;          // used by the watched step

// Sets a variable for the duration of a scope.
template <class T>
class During {
 public:
  During(T& variable, T value) : variable_(variable) { variable_ = value; }
  ~During() { variable_ = {}; }
  During(const During&) = delete;
  During& operator=(const During&) = delete;

 private:
  T& variable_;
};

// Turns any error of the device during a capture into NotCaptured: the step can still be called.
template <class Attempt>
auto attempted(const Attempt& attempt) {
  try {
    return attempt();
  } catch (const Error& error) {
    throw NotCaptured(error.what());
  }
}

void remember(const void* first, std::size_t bytes) {
  std::vector<Real>& value =
      given->values.emplace_back(static_cast<std::size_t>(elements_of(bytes)));
  if (bytes > 0) std::memcpy(value.data(), first, bytes);
}

}  // namespace

struct Captured::Work {
  LiveMemory live;
  std::unique_ptr<CapturedWork> enqueued;

  explicit Work(Index live_elements) : live(live_elements) {}
  void capture(Backend& backend, const std::function<void()>& step) {
    attempted([&] { backend.begin_capture(); });
    try {
      const During here(live_here, &live);
      step();
    } catch (...) {
      backend.abandon_capture();
      throw;
    }
    attempted([&] {
      enqueued = backend.end_capture();
      run();
    });
  }
  void replay() {
    live.make();
    run();
  }
  void run() {
    live.send();
    enqueued->replay();
  }
};

Captured::Captured(std::function<void()> step) : step_(std::move(step)) {}
Captured::~Captured() = default;
Captured::Captured(Captured&&) noexcept = default;
Captured& Captured::operator=(Captured&&) noexcept = default;

bool Captured::replays() const { return work_ != nullptr; }

void Captured::operator()() {
  Backend& backend = Device::current().backend();
  if (!backend.captures() || capturing()) return step_();
  if (device_ != &backend) {
    work_ = nullptr;
    device_ = &backend;
    calls_ = 0;
    why_not_.clear();
  }
  ++generation_now;
  if (work_) {
    work_->replay();
  } else if (!why_not_.empty() || calls_ == 0) {  // the first also makes what later calls change
    step_();
  } else {
    calls_ == 1 ? watch() : capture();
  }
  ++calls_;
  ++generation_now;
}

void Captured::watch() {
  obstacle = nullptr;
  live_elements = 0;
  step_();
  live_elements_ = live_elements;
  if (obstacle) refuse(std::string("it ") + obstacle);
}

void Captured::capture() {
  Given values;
  const During to_this(given, &values);
  const auto fail = [] { failed.push_back(generation_now++); };
  try {
    auto work = attempted([&] { return std::make_unique<Work>(live_elements_); });
    work->capture(*device_, step_);
    work_ = std::move(work);
    return;
  } catch (const NotCaptured& error) {
    fail();
    refuse(std::string("the capture failed: ") + error.what());
  } catch (...) {
    fail();
    throw;
  }
  step_();
  check(values.taken == values.values.size(), "capture: the step used ", values.values.size(),
        " live values when captured, but ", values.taken, " when called");
}

void Captured::refuse(const std::string& why) {
  why_not_ = why;
  notice("the step is not captured on ", device_->name(), ": ", why);
}

bool capturing() { return live_here != nullptr; }
std::uint64_t generation() { return generation_now; }
bool undone(std::uint64_t at) { return std::ranges::binary_search(failed, at); }

void not_capturable(const char* why) {
  if (capturing())
    throw NotCaptured(std::string("the step now ") + why + ", but did not when it was watched");
  obstacle = why;
}

void note_live(std::size_t bytes) { live_elements += places(elements_of(bytes)); }

std::optional<std::span<const Real>> given_before(std::size_t bytes) {
  if (!given || capturing() || given->taken == given->values.size()) return std::nullopt;
  const std::vector<Real>& value = given->values[given->taken++];
  check(static_cast<Index>(value.size()) == elements_of(bytes),
        "capture: the step used other live values when called than when captured");
  return value;
}

const void* live_slot(std::size_t bytes, const void* first, std::function<void(void*)> make) {
  check(capturing(), "live: no step is being captured");
  remember(first, bytes);
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
  const auto before = given_before(static_cast<std::size_t>(shape.size()) * sizeof(Real));
  const std::span<const Real> first = before ? *before : checked(make());
  if (!capturing()) {
    note_live(first.size_bytes());
    const Tensor out(shape);
    out.backend().upload(out.data(), first.data(), out.size());
    return out;
  }
  remember(first.data(), first.size_bytes());
  const auto place =
      live_here->place(shape.size(), [make = std::move(make), n = first.size()](void* host) {
        const std::span<const Real> values = make();
        check(values.size() == n, "live_tensor: ", values.size(), " values instead of ", n);
        if (n > 0) std::memcpy(host, values.data(), n * sizeof(Real));
      });
  std::copy(first.begin(), first.end(), place.host);
  return Tensor::view(place.device, 0, shape);
}

}  // namespace engine
