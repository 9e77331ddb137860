// The device's memory: first fit among free ranges, a guard zone after every block, and a while
// before a freed block is used again, so that late accesses are seen.
#include "memory.h"

#include <sys/mman.h>

#include <cstdlib>
#include <deque>
#include <map>
#include <sstream>

#include "emulator.h"

namespace emulation {
namespace {

constexpr std::size_t kQuarantine = std::size_t{8} << 20;

template <class T>
T* reserve(std::size_t bytes) {
  void* block = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (block == MAP_FAILED) std::abort();
  return static_cast<T*>(block);
}

}  // namespace

void Arena::add_free(Byte* start, std::size_t room) {
  auto& free_ranges = free_ranges_;
  const auto after = free_ranges.lower_bound(start);
  if (after != free_ranges.end() && start + room == after->first) {
    room += after->second;
    free_ranges.erase(after);
  }
  const auto next = free_ranges.lower_bound(start);
  if (next != free_ranges.begin()) {
    const auto before = std::prev(next);
    if (before->first + before->second == start) {
      before->second += room;
      return;
    }
  }
  free_ranges[start] = room;
}

// Never destroyed: what is destroyed at the end of the program gives memory back here.
Arena& Arena::get() {
  static Arena& arena = *new Arena;
  return arena;
}

Arena::Arena()
    : memory_(reserve<Byte>(kArena)),
      states_(reserve<Byte>(kArena)),
      words_(reserve<Word>(kArena * sizeof(Word) / 4)) {
  free_ranges_[memory_ + kGuard] = kArena - kGuard;
}

void* Arena::allocate(std::size_t bytes) {
  if (bytes > capacity || allocated_ + bytes > capacity) return nullptr;
  const std::size_t room = (bytes + 255) / 256 * 256 + kGuard;
  for (;;) {
    for (auto range = free_ranges_.begin(); range != free_ranges_.end(); ++range) {
      if (range->second < room) continue;
      Byte* const start = range->first;
      const std::size_t left = range->second - room;
      free_ranges_.erase(range);
      if (left > 0) free_ranges_[start + room] = left;
      blocks_[start] = {bytes, room};
      allocated_ += bytes;
      std::memset(start, 0xff, bytes);  // as float, double, bfloat16: NaN
      std::memset(states(start), fresh, bytes);
      return start;
    }
    if (quarantine_.empty()) return nullptr;
    give_back_oldest();
  }
}

std::array<Word, 4>& Arena::bytes_of(Word& word) {
  const auto [entry, first] = split_.try_emplace(&word);
  if (first) {
    entry->second.fill(word);
    word.write.thread |= kSplit;
  }
  return entry->second;
}

bool Arena::release(void* address) {
  const auto block = blocks_.find(static_cast<Byte*>(address));
  if (block == blocks_.end()) return false;
  const auto [bytes, room] = block->second;
  std::memset(states(address), outside, bytes);
  allocated_ -= bytes;
  quarantine_.emplace_back(block->first, room);
  quarantined_ += room;
  blocks_.erase(block);
  while (quarantined_ > kQuarantine) give_back_oldest();
  return true;
}

void Arena::give_back_oldest() {
  const auto [start, room] = quarantine_.front();
  quarantine_.pop_front();
  quarantined_ -= room;
  add_free(start, room);
}

std::string Arena::describe(const void* address) const {
  std::ostringstream text;
  const auto* at = static_cast<const Byte*>(address);
  if (!contains(address)) return "memory that is not the device's";
  auto block = blocks_.upper_bound(const_cast<Byte*>(at));
  if (block != blocks_.begin()) {
    const auto before = std::prev(block);
    const std::size_t distance = at - before->first;
    if (distance < before->second.bytes) {
      text << "byte " << distance << " of a block of " << before->second.bytes;
      return text.str();
    }
    if (distance < before->second.room) {
      text << distance - before->second.bytes << " bytes past the end of a block of "
           << before->second.bytes;
      return text.str();
    }
  }
  if (block != blocks_.end() && block->first - at <= static_cast<std::ptrdiff_t>(kGuard)) {
    text << block->first - at << " bytes before a block of " << block->second.bytes;
    return text.str();
  }
  return "device memory that is not allocated (freed, perhaps)";
}

bool readable(const char* what, const void* address, std::size_t bytes) {
  const Arena& arena = Arena::get();
  const auto* at = static_cast<const Byte*>(address);
  if (bytes == 0) return true;
  if (arena.contains(at) && arena.contains(at + bytes - 1)) {
    const Byte* states = arena.states(at);
    if (*states == written && std::memcmp(states, states + 1, bytes - 1) == 0) return true;
  }
  for (std::size_t i = 0; i < bytes; ++i) {
    const bool device = arena.contains(at + i);
    if (device && *arena.states(at + i) == written) continue;
    const bool unset = device && *arena.states(at + i) == fresh;
    fault(std::string(what) + (unset ? " reads what was never written: " : " reads ") +
          arena.describe(at + i));
    return false;
  }
  return true;
}

bool writable(const char* what, void* address, std::size_t bytes) {
  const Arena& arena = Arena::get();
  auto* const at = static_cast<Byte*>(address);
  for (std::size_t i = 0; i < bytes; ++i) {
    if (arena.contains(at + i) && *arena.states(at + i) != outside) continue;
    fault(std::string(what) + " writes " + arena.describe(at + i));
    return false;
  }
  if (bytes > 0) std::memset(arena.states(address), written, bytes);
  return true;
}

void set_memory(std::size_t bytes) { Arena::get().capacity = std::min(bytes, kArena); }
std::size_t allocated() { return Arena::get().allocated(); }

}  // namespace emulation
