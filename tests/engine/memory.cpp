// Host memory: which blocks are handed out again.
#include "engine/cpu/memory.h"

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

namespace {

using engine::Index;
using engine::Real;
using engine::cpu::Memory;

constexpr Index kLarge = 1 << 20;

// Blocks are never given back to the system, so a memory must not end before the process does.
Memory& fresh_memory() {
  static std::vector<std::unique_ptr<Memory>>& all = *new std::vector<std::unique_ptr<Memory>>;
  return *all.emplace_back(std::make_unique<Memory>());
}

TEST_CASE("memory: a block is handed out again to requests of its size") {
  Memory& memory = fresh_memory();
  for (const Index elements : {Index{1}, Index{1000}, kLarge}) {
    Real* block = memory.allocate(elements);
    memory.release(block, elements);
    CHECK(memory.allocate(elements) == block);
    Real* other = memory.allocate(elements);
    CHECK(other != block);
    memory.release(block, elements);
    memory.release(other, elements);
  }
}

TEST_CASE("memory: a large block serves smaller requests, and stays large") {
  constexpr Index kSmaller = kLarge * 5 / 8;
  Memory& memory = fresh_memory();
  Real* block = memory.allocate(kLarge);
  memory.release(block, kLarge);
  CHECK(memory.allocate(kSmaller) == block);
  Real* other = memory.allocate(kSmaller);  // the large one is taken
  CHECK(other != block);
  memory.release(block, kSmaller);
  CHECK(memory.allocate(kLarge) == block);
  memory.release(block, kLarge);
  memory.release(other, kSmaller);
}

TEST_CASE("memory: neither a small block nor one more than twice as large is lent") {
  Memory& memory = fresh_memory();
  for (const auto& [elements, fewer] : {std::pair{Index{1000}, Index{500}}, {kLarge, kLarge / 4}}) {
    Real* block = memory.allocate(elements);
    memory.release(block, elements);
    Real* other = memory.allocate(fewer);
    CHECK(other != block);
    memory.release(other, fewer);
  }
}

}  // namespace
