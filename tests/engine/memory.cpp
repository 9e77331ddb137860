// Host memory: which blocks are handed out again.
#include "engine/cpu/memory.h"

#include <doctest/doctest.h>

namespace {

using engine::Index;
using engine::Real;
using engine::cpu::Memory;

constexpr Index kLarge = 1 << 20;

TEST_CASE("memory: a block is handed out again to requests of its size") {
  Memory memory;
  for (const Index elements : {Index{1}, Index{1000}, kLarge}) {
    Real* block = memory.allocate(elements);
    memory.release(block, elements);
    CHECK(memory.allocate(elements) == block);
    CHECK(memory.allocate(elements) != block);
  }
}

TEST_CASE("memory: a large block serves smaller requests, and stays large") {
  Memory memory;
  Real* block = memory.allocate(kLarge);
  memory.release(block, kLarge);
  Real* small = memory.allocate(kLarge * 5 / 8);
  CHECK(small == block);
  CHECK(memory.allocate(kLarge * 5 / 8) != block);  // it is taken
  memory.release(small, kLarge * 5 / 8);
  CHECK(memory.allocate(kLarge) == block);
}

TEST_CASE("memory: neither a small block nor one more than twice as large is lent") {
  Memory memory;
  for (const Index elements : {Index{1000}, kLarge}) {
    Real* block = memory.allocate(elements);
    memory.release(block, elements);
    CHECK(memory.allocate(elements == kLarge ? kLarge / 4 : elements / 2) != block);
  }
}

}  // namespace
