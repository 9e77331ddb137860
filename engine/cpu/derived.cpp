#include "engine/cpu/derived.h"

#include <utility>

namespace engine::cpu {

// Items are destroyed after the lock is released: their own memory is released by that, and comes
// here again.
void Derived::forget(const Real* begin, Index n) noexcept {
  FreeListVector<Entry> gone;
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < entries_.size();) {
    if (!entries_[i].meets(begin, n)) {
      ++i;
      continue;
    }
    gone.push_back(std::move(entries_[i]));
    entries_[i] = std::move(entries_.back());
    entries_.pop_back();
  }
}

std::size_t Derived::count(const Real* begin, Index n) const {
  const std::lock_guard lock(mutex_);
  std::size_t found = 0;
  for (const Entry& entry : entries_) found += entry.meets(begin, n) ? 1 : 0;
  return found;
}

void Derived::keep(Entry entry) {
  const std::lock_guard lock(mutex_);
  entries_.push_back(std::move(entry));
}

Derived& derived() {
  static auto* all = new Derived;  // never destroyed: tensors may outlive static objects
  return *all;
}

}  // namespace engine::cpu
