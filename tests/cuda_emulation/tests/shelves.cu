// Tiles of operands in shared memory (engine/cuda/shelf.h): what lanes find in them, and that those
// of a warp that read or write at the same time use different banks.
#include <set>

#include "engine/cuda/mma.h"
#include "engine/cuda/readers.h"
#include "engine/cuda/shelf.h"
#include "tests/cuda_emulation/shared_bytes.h"
#include "tests/cuda_emulation/tests/device.h"

using namespace emulation;
using engine::Bfloat16;
using engine::cuda::AsBfloat16;
using engine::cuda::AsTf32;
using engine::cuda::kDepth;
using engine::cuda::lines_of;
using engine::cuda::Shelf;
using engine::cuda::Source;

namespace {

// The matrix [128, 16] or, turned, [16, 128], of which the last 20 lines are outside.
template <class Element_, bool turned>
struct Matrix {
  using Element = Element_;
  const Element* x;
  __device__ Source<Element> find(int first, int second) const {
    return {x + first * (turned ? 128 : kDepth) + second, (turned ? second : first) < 108};
  }
};

// out [group of lines][line][register][warp lane], for four warps.
template <class Element, class Operand, bool turned, int width>
__global__ void through_shelf(Matrix<Element, turned> x, std::uint32_t* out) {
  using Tile = Shelf<Element, 128, turned>;
  auto* shelf = reinterpret_cast<Element*>(engine::cuda::shared_bytes);
  Tile::template copy<width>(x, 0, 0, shelf);
  engine::cuda::commit_copies();
  engine::cuda::wait_for_copies<0>();
  __syncthreads();
  const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  if (warp >= 4) return;
  std::uint32_t registers[4][4 / Operand::kTerms];
  Tile::template load<Operand>(shelf, 32 * warp, registers);
  for (int q = 0; q < 4; ++q)
    for (int r = 0; r < 4 / Operand::kTerms; ++r)
      out[((warp * 4 + q) * (4 / Operand::kTerms) + r) * 32 + lane] = registers[q][r];
}

template <class Element, class Operand, bool turned, int width>
void check_shelf() {
  const auto number = [](int line, int term) -> float {
    return line < 108 ? 1 + line * 16 + term : 0;
  };
  const auto small = [](int line, int term) -> float {
    return line < 108 ? 1 + (line * 16 + term) % 250 : 0;
  };
  constexpr bool kExact = Operand::kTerms == 1;  // else eight bits are
  std::vector<Element> host(128 * kDepth);
  for (int line = 0; line < 128; ++line)
    for (int term = 0; term < kDepth; ++term) {
      const float x = kExact ? number(line, term) : small(line, term);
      Element& place = host[turned ? term * 128 + line : line * kDepth + term];
      if constexpr (sizeof(Element) == 4) {
        place = x;
      } else {
        place.bits = static_cast<std::uint16_t>(__float_as_uint(x) >> 16);
      }
    }
  constexpr int kRegisters = 4 / Operand::kTerms;
  const OnDevice<Element> x(host);
  const OnDevice<std::uint32_t> y(4 * 4 * kRegisters * 32);
  launch_on(nullptr, through_shelf<Element, Operand, turned, width>, 1, 256,
            sizeof(Element) * 128 * kDepth, Matrix<Element, turned>{x},
            static_cast<std::uint32_t*>(y));
  const std::vector<std::uint32_t> got = y.values();
  for (int warp = 0; warp < 4; ++warp)
    for (int q = 0; q < 4; ++q)
      for (int r = 0; r < kRegisters; ++r)
        for (int lane = 0; lane < 32; ++lane) {
          const int line = 32 * warp + lines_of(lane / 4) + q;
          const int term = lane % 4 * 4 + r * Operand::kTerms;
          const std::uint32_t bits = got[((warp * 4 + q) * kRegisters + r) * 32 + lane];
          if (kExact) {
            CHECK(__uint_as_float(bits & ~0x1fffu) == number(line, term));
          } else {
            CHECK(__uint_as_float(bits << 16) == small(line, term));
            CHECK(__uint_as_float(bits & 0xffff0000u) == small(line, term + 1));
          }
        }
}

// Whether lanes [first, first + lanes) read `bytes` each from different banks.
template <class Element, int lines, bool turned>
void check_banks() {
  constexpr int kBytes = 4 * sizeof(Element), kTogether = 128 / kBytes;
  for (int i = 0; i < 4; ++i)
    for (int first = 0; first < 32; first += kTogether) {
      std::set<int> banks;
      for (int lane = first; lane < first + kTogether; ++lane) {
        using Tile = Shelf<Element, lines, turned>;
        const int g = lane / 4, t = lane % 4;
        const int place = turned ? Tile::place(32, g, 0, t, i) : Tile::place(32, g, i, t, 0);
        CHECK(place * sizeof(Element) % kBytes == 0);
        banks.insert(static_cast<int>(place * sizeof(Element)) % 128);
      }
      CHECK(banks.size() == kTogether);
    }
}

}  // namespace

TEST_CASE("emulation: what a lane finds in a tile of an operand") {
  check_shelf<float, AsTf32, false, 4>();
  check_shelf<float, AsTf32, false, 1>();
  check_shelf<float, AsTf32, true, 4>();
  check_shelf<float, AsTf32, true, 1>();
  check_shelf<float, AsBfloat16, false, 4>();
  check_shelf<float, AsBfloat16, true, 4>();
  check_shelf<Bfloat16, AsBfloat16, false, 8>();
  check_shelf<Bfloat16, AsBfloat16, true, 8>();
}

TEST_CASE("emulation: lanes that read a tile at the same time use different banks") {
  check_banks<float, 64, false>();
  check_banks<float, 128, true>();
  check_banks<float, 64, true>();
  check_banks<Bfloat16, 64, false>();
  check_banks<Bfloat16, 128, true>();
  check_banks<Bfloat16, 64, true>();
}
