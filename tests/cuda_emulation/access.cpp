// The functions that the compiler calls before every load and store of device code
// (-fsanitize=thread), and for indices beyond an array or misaligned pointers
// (-fsanitize=bounds,alignment). The functions are ours: no sanitizer's library is linked.
#include <algorithm>
#include <array>
#include <sstream>
#include <vector>

#include "block.h"
#include "memory.h"
#include "shared_bytes.h"
#include "symbols.h"

namespace emulation {
namespace {

std::string sentence(Access access, std::size_t bytes, const std::string& where_to) {
  std::ostringstream text;
  text << (access == Access::read ? "reads " : "writes ") << bytes << " bytes at " << where_to;
  return text.str();
}

// The shared variables of all kernels, as this program's thread-local block holds them.
class Shared {
 public:
  Shared() : block_(thread_local_block()), words_(block_.bytes / 4 + 1), owned_(block_.bytes) {
    for (const Variable& v : thread_local_variables())
      std::fill_n(owned_.begin() + static_cast<std::ptrdiff_t>(v.offset), v.bytes, true);
    dynamic_ = {engine::cuda::shared_bytes, kSharedBytes};
  }
  bool contains(const void* address) const { return block_.contains(address); }

  void check(Access access, const void* address, std::size_t bytes) {
    const auto* at = static_cast<const Byte*>(address);
    const std::size_t first = at - block_.begin;
    if (dynamic_.contains(at)) {
      const std::size_t end = at - dynamic_.begin + bytes;
      if (end > dynamic_shared_bytes())
        complain([&] {
          return sentence(access, bytes, "byte " + std::to_string(at - dynamic_.begin)) +
                 " of dynamic shared memory, of which the launch asked for " +
                 std::to_string(dynamic_shared_bytes());
        });
    } else if (first + bytes > block_.bytes || !owned_[first] || !owned_[first + bytes - 1]) {
      complain([&] { return sentence(access, bytes, "shared memory beyond the end of an array"); });
    }
    for (std::size_t word = first / 4; word <= (first + bytes - 1) / 4; ++word) {
      const Touch& last = words_[word].write;
      const bool fresh = fresh_in_block(last);
      if (access != Access::write && fresh)
        complain([&] {
          return sentence(access, bytes, "shared memory") + " that its block never wrote";
        });
      if ((last.thread & kInFlight) && !fresh)
        complain([&] {
          return sentence(access, bytes, "shared memory") +
                 " before an asynchronous copy to it has arrived";
        });
      if (const char* what = conflict(words_[word], access, true))
        complain([&] {
          return std::string(what) + ": " + std::to_string(bytes) + " bytes of shared memory";
        });
    }
  }
  void set_in_flight(const void* address, std::size_t bytes, bool on) {
    Word* const word = &words_[(static_cast<const Byte*>(address) - block_.begin) / 4];
    for (std::size_t i = 0; i < bytes / 4; ++i)
      word[i].write.thread =
          on ? word[i].write.thread | kInFlight : word[i].write.thread & ~kInFlight;
  }

 private:
  Range block_, dynamic_;
  std::vector<Word> words_;
  std::vector<bool> owned_;
};

Shared& shared() {
  static Shared* const all = new Shared;
  return *all;
}

// The words that this launch touches for the first time in this way; reading what it has written
// itself is no traffic.
void count_bytes(Traffic& traffic, Access access, const Word* word, std::size_t words) {
  for (std::size_t i = 0; i < words; ++i) {
    const bool unwritten = fresh_in_launch(word[i].write);
    if (access != Access::write && unwritten && fresh_in_launch(word[i].read)) traffic.read += 4;
    if (access != Access::read && unwritten) traffic.written += 4;
  }
}

// A word is followed as one until somebody touches a part of it: then its bytes may have different
// owners.
const char* conflict_of_bytes(Arena& arena, Word& word, std::size_t from, std::size_t to,
                              Access access) {
  if (to - from == 4 && !(word.write.thread & kSplit)) return conflict(word, access, false);
  std::array<Word, 4>& bytes = arena.bytes_of(word);
  const char* complaint = nullptr;
  for (std::size_t i = from; i < to; ++i)
    if (const char* what = conflict(bytes[i], access, false)) complaint = what;
  Touch& last = access == Access::read ? word.read : word.write;
  last.interval = (access == Access::read ? bytes[from].read : bytes[from].write).interval;
  return complaint;
}

void check_device(Arena& arena, Access access, const void* address, std::size_t bytes) {
  Byte* states = arena.states(address);
  for (std::size_t i = 0; i < bytes; ++i) {
    if (states[i] == written) continue;
    const auto* at = static_cast<const Byte*>(address) + i;
    if (states[i] == outside) complain([&] { return sentence(access, bytes, arena.describe(at)); });
    if (access != Access::write)
      complain([&] { return sentence(access, bytes, arena.describe(at)) + ", never written"; });
    states[i] = written;
  }
  const std::size_t words = (reinterpret_cast<std::uintptr_t>(address) % 4 + bytes + 3) / 4;
  Word* word = &arena.word(address);
  if (access == Access::atomic) meet(address);
  if (Traffic* traffic = traffic_of_launch()) count_bytes(*traffic, access, word, words);
  const std::size_t first = reinterpret_cast<std::uintptr_t>(address) % 4;
  for (std::size_t i = 0; i < words; ++i) {
    const std::size_t from = i == 0 ? first : 0,
                      to = std::min<std::size_t>(4, first + bytes - 4 * i);
    if (const char* what = conflict_of_bytes(arena, word[i], from, to, access))
      complain([&] { return std::string(what) + ": " + arena.describe(address); });
  }
}

void check(Access access, const void* address, std::size_t bytes, bool aligned) {
  if (fiber_here && fiber_here->on_stack(address)) return;  // most accesses: a thread's own
  static Arena& arena = Arena::get();
  if (OwnWork::now) return;
  if (!in_kernel()) {
    if (arena.contains(address) && !failed())
      complain(
          [&] { return "code of the host touches device memory: " + arena.describe(address); });
    return;
  }
  const bool global = arena.contains(address);
  Shared& shared_memory = shared();
  if (!global && !shared_memory.contains(address)) {
    static const Range fixed = constants();
    if (access == Access::read && (fixed.contains(address) || in_arguments(address))) return;
    complain([&] { return sentence(access, bytes, "memory of the host"); });
  }
  if (aligned && reinterpret_cast<std::uintptr_t>(address) % bytes != 0)
    complain([&] { return sentence(access, bytes, "an address that is not a multiple of that"); });
  if (global) return check_device(arena, access, address, bytes);
  shared_memory.check(access, address, bytes);
}

}  // namespace

void copy_begins(const void* to, std::size_t bytes) {
  if (!shared().contains(to))
    complain([&] { return "an asynchronous copy to memory that is not shared"; });
  if (reinterpret_cast<std::uintptr_t>(to) % bytes != 0)
    complain([&] { return "an asynchronous copy to a misaligned address"; });
  shared().check(Access::write, to, bytes);
  shared().set_in_flight(to, bytes, true);
}
void copy_arrives(const void* to, std::size_t bytes) {
  shared().set_in_flight(to, bytes, false);
  shared().check(Access::write, to, bytes);
}

namespace {

struct SourceLocation {
  const char* file;
  std::uint32_t line, column;
};

void fault_at(const SourceLocation& place, const char* what) {
  complain(
      [&] { return std::string(what) + " at " + place.file + ":" + std::to_string(place.line); });
}

}  // namespace

void announce(Access access, const void* address, std::size_t bytes) {
  check(access, address, bytes, true);
}

}  // namespace emulation

using emulation::Access;
using emulation::check;

// --- What the compiler calls -----------------------------------------------------------------

#define ACCESSES(bytes)                                                                            \
  void __tsan_read##bytes(void* address) { check(Access::read, address, bytes, true); }            \
  void __tsan_write##bytes(void* address) { check(Access::write, address, bytes, true); }          \
  void __tsan_unaligned_read##bytes(void* address) { check(Access::read, address, bytes, false); } \
  void __tsan_unaligned_write##bytes(void* address) { check(Access::write, address, bytes, false); }
#define ATOMICS(bits, type)                                                                       \
  type __tsan_atomic##bits##_load(const volatile type* a, int) {                                  \
    return __atomic_load_n(a, __ATOMIC_SEQ_CST);                                                  \
  }                                                                                               \
  void __tsan_atomic##bits##_store(volatile type* a, type v, int) {                               \
    __atomic_store_n(a, v, __ATOMIC_SEQ_CST);                                                     \
  }                                                                                               \
  type __tsan_atomic##bits##_exchange(volatile type* a, type v, int) {                            \
    return __atomic_exchange_n(a, v, __ATOMIC_SEQ_CST);                                           \
  }                                                                                               \
  type __tsan_atomic##bits##_fetch_add(volatile type* a, type v, int) {                           \
    return __atomic_fetch_add(a, v, __ATOMIC_SEQ_CST);                                            \
  }                                                                                               \
  type __tsan_atomic##bits##_fetch_sub(volatile type* a, type v, int) {                           \
    return __atomic_fetch_sub(a, v, __ATOMIC_SEQ_CST);                                            \
  }                                                                                               \
  bool __tsan_atomic##bits##_compare_exchange_strong(volatile type* a, type* c, type v, int,      \
                                                     int) {                                       \
    return __atomic_compare_exchange_n(a, c, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);       \
  }                                                                                               \
  bool __tsan_atomic##bits##_compare_exchange_weak(volatile type* a, type* c, type v, int, int) { \
    return __atomic_compare_exchange_n(a, c, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);       \
  }

extern "C" {
ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)
ATOMICS(8, unsigned char)
ATOMICS(32, unsigned)
ATOMICS(64, unsigned long)
void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}
void __tsan_atomic_thread_fence(int) {}
void __tsan_read_range(void* address, unsigned long bytes) {
  check(Access::read, address, bytes, false);
}
void __tsan_write_range(void* address, unsigned long bytes) {
  check(Access::write, address, bytes, false);
}

void __ubsan_handle_out_of_bounds(emulation::SourceLocation* place, void*) {
  emulation::fault_at(*place, "indexes beyond an array");
}
void __ubsan_handle_type_mismatch_v1(emulation::SourceLocation* place, void*) {
  emulation::fault_at(*place, "uses a misaligned pointer");
}
}
