// Order: which accesses of a launch's other blocks come before those of the running block. A block
// publishes what it did before a barrier by a fence and then an atomic, both of one thread. Another
// block may rely on that after an atomic at the same address and then a fence, both of one thread,
// and a barrier. Barriers are counted as intervals (memory.h). Hardware tolerates some kernels
// without those barriers; the emulator does not.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

namespace emulation {

// The latest fence and atomic of a thread.
struct Meeting {
  std::uint32_t fenced = 0;  // the interval; 0: none
  const void* atomic = nullptr;
};

class Order {
 public:
  void begin_launch() { published_.clear(); }
  void begin_block(std::uint32_t interval) {
    began_ = interval;
    known_.clear();
  }
  void atomic(Meeting& thread, const void* address) {
    if (thread.fenced > began_) published_[address].push_back({began_, thread.fenced});
    thread.atomic = address;
  }
  void fence(Meeting& thread, std::uint32_t interval) {
    thread.fenced = interval;
    if (!thread.atomic) return;
    for (const Span& span : published_[thread.atomic])
      if (span.begin < began_) known_[span.begin] = {span.end, interval};
  }
  // Whether what happened in the interval `before`, in another block, comes before `now`.
  bool comes_before(std::uint32_t before, std::uint32_t now) const {
    const auto after = known_.upper_bound(before);
    if (after == known_.begin()) return false;
    const Known& known = std::prev(after)->second;
    return before < known.end && known.since < now;
  }

 private:
  struct Span {
    std::uint32_t begin, end;  // intervals of one block
  };
  struct Known {
    std::uint32_t end, since;
  };
  std::uint32_t began_ = 0;  // the running block
  std::unordered_map<const void*, std::vector<Span>> published_;
  std::map<std::uint32_t, Known> known_;  // by the first interval of a block
};

}  // namespace emulation
