// Derived: values that kernels have computed from others in memory, kept until those change. A
// convolution keeps its transformed weights, because a step uses the same weights several times.
//
//   const auto points = derived().get<FilterPoints>(w, size, key, [&] { return make_points(...); });
//
// T is a Derived::Item with `bool is(const Key&) const`. The verbs that write to memory a second
// time (those behind update.h), and memory when a block is released, report it with forget(). Cost:
// a search through all items, a few per layer. Thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>

#include "engine/free_lists.h"
#include "engine/real.h"

namespace engine::cpu {

class Derived {
 public:
  struct Item {
    virtual ~Item() = default;
  };

  // The T for this key, computed from the values at [from, from + n); calls `make()` if there is
  // none yet.
  template <class T, class Key, class Make>
  std::shared_ptr<const T> get(const Real* from, Index n, const Key& key, const Make& make) {
    {
      const std::lock_guard lock(mutex_);
      for (const Entry& entry : entries_) {
        if (entry.from != from || entry.n != n) continue;
        auto found = std::dynamic_pointer_cast<const T>(entry.item);
        if (found && found->is(key)) return found;
      }
    }
    std::shared_ptr<const T> made = make();
    keep({from, n, made});
    return made;
  }

  // Drops what was computed from the values at [begin, begin + n), which change or are released.
  void forget(const Real* begin, Index n) noexcept;
  // The number of kept items that were computed from values there.
  std::size_t count(const Real* begin, Index n) const;

 private:
  struct Entry {
    const Real* from;
    Index n;
    std::shared_ptr<const Item> item;
    bool meets(const Real* begin, Index count) const {
      return from < begin + count && begin < from + n;
    }
  };
  void keep(Entry entry);

  mutable std::mutex mutex_;
  FreeListVector<Entry> entries_;
};

Derived& derived();

}  // namespace engine::cpu
