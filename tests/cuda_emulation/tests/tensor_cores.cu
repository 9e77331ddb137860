// The emulated tensor cores: products of fragments against loops, and what a kernel may get wrong.
#include <cmath>

#include "engine/cuda/mma.h"
#include "tests/cuda_emulation/tests/device.h"

using namespace emulation;

namespace {

// d [32, 24] = a [32, 8] b [8, 24], by one warp; operands rounded or as they are.
__global__ void product(const float* a, const float* b, float* d, bool round) {
  const int lane = static_cast<int>(threadIdx.x), g = lane / 4, t = lane % 4;
  const auto bits = [round](float x) {
    return round ? engine::cuda::rounded(x, false) : __float_as_uint(x);
  };
  float sums[2][3][4] = {};
  std::uint32_t of_a[2][4], of_b[3][2];
  for (int i = 0; i < 2; ++i)
    for (int e = 0; e < 4; ++e) of_a[i][e] = bits(a[(16 * i + g + e % 2 * 8) * 8 + t + e / 2 * 4]);
  for (int j = 0; j < 3; ++j)
    for (int e = 0; e < 2; ++e) of_b[j][e] = bits(b[(t + 4 * e) * 24 + 8 * j + g]);
  engine::cuda::multiply_add(sums, of_a, of_b);
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int e = 0; e < 4; ++e)
        d[(16 * i + g + e / 2 * 8) * 24 + 8 * j + 2 * t + e % 2] = sums[i][j][e];
}

__global__ void some_lanes(float* d) {
  float sums[1][1][4] = {};
  const std::uint32_t a[1][4] = {}, b[1][2] = {};
  if (threadIdx.x != 5) engine::cuda::multiply_add(sums, a, b);
  d[threadIdx.x] = sums[0][0][0];
}

}  // namespace

TEST_CASE("emulation: tensor cores multiply fragments, and ignore the lowest bits") {
  std::vector<float> a(32 * 8), b(8 * 24);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = std::abs(std::sin(static_cast<float>(i)));
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = std::abs(std::cos(3 * static_cast<float>(i)));
  const OnDevice<float> x(a), y(b), z(32 * 24);
  double error[2] = {}, bias[2] = {};
  for (const bool round : {false, true}) {
    run(product, 1, 32, x, y, z, round);
    const std::vector<float> got = z.values();
    for (int i = 0; i < 32; ++i)
      for (int j = 0; j < 24; ++j) {
        double sum = 0, size = 0;
        for (int k = 0; k < 8; ++k) {
          const double term = double{a[i * 8 + k]} * b[k * 24 + j];
          sum += term;
          size += std::abs(term);
        }
        error[round] = std::max(error[round], std::abs(got[i * 24 + j] - sum) / size);
        bias[round] += (got[i * 24 + j] - sum) / size;
      }
  }
  CHECK(error[true] < 0x1p-10);
  CHECK(error[false] > error[true]);  // truncated: toward zero
  CHECK(bias[false] < -10 * std::abs(bias[true]));
}

TEST_CASE("emulation: rounding to TF32 and to bfloat16 in kernels") {
  using engine::cuda::rounded;
  CHECK(rounded(1 + 0x1p-11F, false) == __float_as_uint(1 + 0x1p-10F));  // a tie, away from zero
  CHECK(rounded(1 + 0x1p-12F, false) == __float_as_uint(1));
  CHECK(rounded(1 + 0x1p-8F, true) == __float_as_uint(1));  // a tie, to even
  CHECK(rounded(1 + 0x1.8p-8F, true) == __float_as_uint(1 + 0x1p-7F));
  CHECK(std::isnan(__uint_as_float(rounded(NAN, true))));
  CHECK(std::isnan(__uint_as_float(rounded(NAN, false))));
}

TEST_CASE("emulation: all lanes of a warp multiply together") {
  const OnDevice<float> d(64);
  CHECK(says(complaint_about(some_lanes, 1, 32, d), "a barrier is not reached by all threads"));
}
