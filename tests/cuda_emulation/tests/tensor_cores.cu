// The emulated tensor cores: products of fragments against loops, and what a kernel may get wrong.
#include <cmath>

#include "engine/cuda/mma.h"
#include "tests/cuda_emulation/tests/device.h"

using namespace emulation;
using engine::cuda::AsBfloat16;
using engine::cuda::AsTf32;

namespace {

// d [32, 24] = a [32, K] b [K, 24], by one warp: in TF32, rounded or as they are, where K = 8; in
// bfloat16, where K = 16.
template <class Operand>
__global__ void product(const float* a, const float* b, float* d, bool round) {
  constexpr int kIn = Operand::kTerms, kDepth = 8 * kIn;
  const int lane = static_cast<int>(threadIdx.x), g = lane / 4, t = lane % 4;
  const auto bits = [&](const float* x, int stride) {
    const float terms[2] = {x[0], x[(kIn - 1) * stride]};
    return round ? Operand::in_register(terms) : __float_as_uint(terms[0]);
  };
  float sums[2][3][4] = {};
  std::uint32_t of_a[2][4], of_b[3][2];
  for (int i = 0; i < 2; ++i)
    for (int e = 0; e < 4; ++e)
      of_a[i][e] = bits(a + (16 * i + g + e % 2 * 8) * kDepth + kIn * (t + e / 2 * 4), 1);
  for (int j = 0; j < 3; ++j)
    for (int e = 0; e < 2; ++e) of_b[j][e] = bits(b + kIn * (t + 4 * e) * 24 + 8 * j + g, 24);
  engine::cuda::multiply_add<Operand>(sums, of_a, of_b);
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int e = 0; e < 4; ++e)
        d[(16 * i + g + e / 2 * 8) * 24 + 8 * j + 2 * t + e % 2] = sums[i][j][e];
}

__global__ void some_lanes(float* d) {
  float sums[1][1][4] = {};
  const std::uint32_t a[1][4] = {}, b[1][2] = {};
  if (threadIdx.x != 5) engine::cuda::multiply_add<engine::cuda::AsTf32>(sums, a, b);
  d[threadIdx.x] = sums[0][0][0];
}

// The largest error of a product relative to its terms' sizes, and the sum of all, with signs.
struct Errors {
  double largest = 0, sum = 0;
};

template <class Operand>
Errors errors(bool round) {
  constexpr int kDepth = 8 * Operand::kTerms;
  std::vector<float> a(32 * kDepth), b(kDepth * 24);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = std::abs(std::sin(static_cast<float>(i)));
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = std::abs(std::cos(3 * static_cast<float>(i)));
  const OnDevice<float> x(a), y(b), z(32 * 24);
  run(product<Operand>, 1, 32, x, y, z, round);
  const std::vector<float> got = z.values();
  Errors errors;
  for (int i = 0; i < 32; ++i)
    for (int j = 0; j < 24; ++j) {
      double sum = 0, size = 0;
      for (int k = 0; k < kDepth; ++k) {
        const double term = double{a[i * kDepth + k]} * b[k * 24 + j];
        sum += term;
        size += std::abs(term);
      }
      const double error = (got[i * 24 + j] - sum) / size;
      errors.largest = std::max(errors.largest, std::abs(error));
      errors.sum += error;
    }
  return errors;
}

// The bits that a tensor core sees of a number that was rounded for it.
std::uint32_t seen(float x) { return AsTf32::in_register(&x) & ~0x1fffu; }

}  // namespace

TEST_CASE("emulation: tensor cores multiply fragments, and ignore the lowest bits") {
  const Errors rounded = errors<AsTf32>(true), truncated = errors<AsTf32>(false);
  CHECK(rounded.largest < 0x1p-10);
  CHECK(truncated.largest > rounded.largest);  // toward zero
  CHECK(truncated.sum < -10 * std::abs(rounded.sum));
  const Errors bfloat16 = errors<AsBfloat16>(true);
  CHECK(bfloat16.largest < 0x1p-7);
  CHECK(bfloat16.largest > rounded.largest);
}

TEST_CASE("emulation: rounding to TF32 in kernels: to the nearest, ties away from zero") {
  CHECK(seen(1 + 0x1p-11F) == __float_as_uint(1 + 0x1p-10F));
  CHECK(seen(-1 - 0x1p-11F) == __float_as_uint(-1 - 0x1p-10F));
  CHECK(seen(1 + 0x1.ffcp-12F) == __float_as_uint(1));
  for (std::uint64_t bits = 0x00800000; bits < 0x7f800000; bits += 0x1235)
    for (const std::uint32_t sign : {0u, 0x80000000u}) {
      const std::uint32_t x = static_cast<std::uint32_t>(bits) | sign;
      REQUIRE(seen(__uint_as_float(x)) == ((x + 0x1000) & ~0x1fffu));
    }
  CHECK(seen(__uint_as_float(0x7f7fffff)) == __float_as_uint(INFINITY));
  CHECK(seen(-INFINITY) == __float_as_uint(-INFINITY));
  for (const std::uint32_t nan : {0x7fffffffu, 0xffffffffu, 0x7fc00000u, 0xffc00000u})
    CHECK(std::isnan(__uint_as_float(seen(__uint_as_float(nan)))));
}

TEST_CASE(
    "emulation: rounding to bfloat16 in kernels: to the nearest, ties to even; or stored so") {
  const float tie[2] = {1 + 0x1p-8F, 1 + 0x3p-8F}, near[2] = {1 + 0x1.8p-8F, NAN};
  CHECK(AsBfloat16::in_register(tie) == 0x3f823f80);
  CHECK((AsBfloat16::in_register(near) & 0xffff) == 0x3f81);
  CHECK(std::isnan(__uint_as_float(AsBfloat16::in_register(near) & 0xffff0000)));
  const engine::Bfloat16 stored[2] = {{0x3f80}, {0xbf81}};
  CHECK(AsBfloat16::in_register(stored) == 0xbf813f80);
}

TEST_CASE("emulation: all lanes of a warp multiply together") {
  const OnDevice<float> d(64);
  CHECK(says(complaint_about(some_lanes, 1, 32, d), "a barrier is not reached by all threads"));
}
