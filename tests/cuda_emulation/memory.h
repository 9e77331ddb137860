// Device memory and, for each byte, whether it is allocated and written; for each word of four
// bytes, the last accesses. Faults are reported here too.
#pragma once

#include <cuda_runtime.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>

namespace emulation {

using Byte = unsigned char;

constexpr std::size_t kArena = std::size_t{8} << 30;  // addresses; pages come with their first use
constexpr std::size_t kGuard = 256;  // bytes around every allocation that belong to nobody

enum State : Byte { outside, fresh, written };

// Who touched a word last. An interval is the time of one block between two of its barriers: the
// numbers only grow, and zero is before all of them.
struct Touch {
  std::uint32_t interval = 0;
  std::uint16_t thread = 0;  // in its block, with the flags below
  std::uint16_t step = 0;    // of its warp: how often its lanes have met
};
constexpr std::uint16_t kThread = 0x3ff, kSeveralWarps = 0x8000, kSeveralLanes = 0x4000,
                        kSeveralBlocks = 0x2000, kAtomic = 0x1000, kSplit = 0x0800,
                        kInFlight = 0x0400;  // an asynchronous copy writes it later
struct Word {
  Touch write, read;
};

class Arena {
 public:
  static Arena& get();

  bool contains(const void* address) const {
    return static_cast<std::size_t>(static_cast<const Byte*>(address) - memory_) < kArena;
  }
  Byte* states(const void* address) const { return states_ + offset(address); }
  Word& word(const void* address) const { return words_[offset(address) / 4]; }

  std::array<Word, 4>& bytes_of(Word& word);  // of a word that is touched by parts

  void* allocate(std::size_t bytes);  // null: none left
  bool release(void* address);        // false: it was not allocated
  std::size_t allocated() const { return allocated_; }
  std::size_t capacity = std::size_t{512} << 20;

  // A block's whereabouts in words, for messages.
  std::string describe(const void* address) const;

 private:
  Arena();
  std::size_t offset(const void* address) const {
    return static_cast<const Byte*>(address) - memory_;
  }
  void add_free(Byte* start, std::size_t room);
  void give_back_oldest();

  struct Block {
    std::size_t bytes, room;  // room: with the guard zone after it
  };
  Byte* memory_;
  Byte* states_;
  Word* words_;
  std::unordered_map<const Word*, std::array<Word, 4>> split_;
  std::size_t allocated_ = 0;
  std::map<Byte*, Block> blocks_;             // in use
  std::map<Byte*, std::size_t> free_ranges_;  // start and room
  std::deque<std::pair<Byte*, std::size_t>> quarantine_;
  std::size_t quarantined_ = 0;
};

constexpr Byte kNoise = 0xa5;  // as float a small negative number, as a count an absurd one

// Memory that cudaMallocHost made: copies to and from it are asynchronous.
bool is_pinned(const void* address, std::size_t bytes);

// --- Faults ----------------------------------------------------------------------------------

// Records the first fault, and ends a running kernel: then it does not return.
void fault(const std::string& text);
bool failed();
void clear_fault();
cudaError_t answer(cudaError_t error);  // what a call returns; remembered for cudaGetLastError

// Checks that bytes can be read (all written) or written, for what is not compiled code: copies and
// library calls. Writing marks them as written.
bool readable(const char* what, const void* address, std::size_t bytes);
bool writable(const char* what, void* address, std::size_t bytes);

}  // namespace emulation
