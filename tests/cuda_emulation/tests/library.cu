// The matrix products of the emulated cuBLAS against loops in double, in every precision.
#include <cublas_v2.h>
#include <cuda_bf16.h>

#include <cmath>
#include <random>

#include "tests/cuda_emulation/tests/device.h"

using namespace emulation;

namespace {

constexpr int kM = 5, kN = 7, kK = 40;

std::vector<float> random(std::size_t n) {
  static std::mt19937 bits(1);
  std::vector<float> values(n);
  for (float& v : values) v = static_cast<float>(bits()) * 0x1p-31F - 1;
  return values;
}

// op(A) op(B), of column-major matrices, rounded before they are multiplied.
template <class Round>
std::vector<double> product(bool ta, bool tb, const std::vector<float>& a,
                            const std::vector<float>& b, const Round& round) {
  std::vector<double> c(kM * kN);
  for (int i = 0; i < kM; ++i)
    for (int j = 0; j < kN; ++j)
      for (int k = 0; k < kK; ++k)
        c[j * kM + i] += static_cast<double>(round(a[ta ? i * kK + k : k * kM + i])) *
                         round(b[tb ? k * kN + j : j * kK + k]);
  return c;
}

// Sums of forty products of numbers below one: rounding stays below 40 * 40 * 2^-24.
double distance(const std::vector<float>& got, const std::vector<double>& expected) {
  double most = 0;
  for (std::size_t i = 0; i < got.size(); ++i)
    most = std::max(most, std::abs(got[i] - expected[i]));
  return most;
}
constexpr double kRounding = 1e-4;

}  // namespace

TEST_CASE("emulation: matrix products round their operands as the mode says, and no more") {
  cublasHandle_t handle;
  REQUIRE(cublasCreate(&handle) == CUBLAS_STATUS_SUCCESS);
  const float one = 1, zero = 0;
  for (const bool ta : {false, true})
    for (const bool tb : {false, true}) {
      const auto a = random(kM * kK), b = random(kK * kN);
      const OnDevice<float> x(a), y(b), z(kM * kN);
      const auto multiply = [&](cublasComputeType_t type) {
        REQUIRE(cublasGemmEx(handle, ta ? CUBLAS_OP_T : CUBLAS_OP_N, tb ? CUBLAS_OP_T : CUBLAS_OP_N,
                             kM, kN, kK, &one, x, CUDA_R_32F, ta ? kK : kM, y, CUDA_R_32F,
                             tb ? kN : kK, &zero, z, CUDA_R_32F, kM, type,
                             CUBLAS_GEMM_DEFAULT) == CUBLAS_STATUS_SUCCESS);
        return z.values();
      };
      const auto exact = product(ta, tb, a, b, [](float v) { return v; });
      const auto tf32 = product(ta, tb, a, b, round_to_tf32);
      const auto bf16 = product(ta, tb, a, b, round_to_bf16);
      CHECK(distance(multiply(CUBLAS_COMPUTE_32F), exact) < kRounding);
      CHECK(distance(multiply(CUBLAS_COMPUTE_32F_FAST_TF32), tf32) < kRounding);
      CHECK(distance(multiply(CUBLAS_COMPUTE_32F_FAST_TF32), exact) > kRounding);
      CHECK(distance(multiply(CUBLAS_COMPUTE_32F_FAST_16BF), bf16) < kRounding);
      CHECK(distance(multiply(CUBLAS_COMPUTE_32F_FAST_16BF), exact) > 4 * kRounding);
      cublasSetMathMode(handle, CUBLAS_TF32_TENSOR_OP_MATH);
      CHECK(distance(multiply(CUBLAS_COMPUTE_32F), tf32) < kRounding);
      cublasSetMathMode(handle, CUBLAS_DEFAULT_MATH);
    }
  CHECK(cublasDestroy(handle) == CUBLAS_STATUS_SUCCESS);
}

TEST_CASE("emulation: rounding to fewer bits") {
  CHECK(round_to_tf32(1 + 0x1p-11F) == 1 + 0x1p-10F);  // a tie, away from zero
  CHECK(round_to_tf32(1 + 0x1p-12F) == 1);
  CHECK(round_to_bf16(1 + 0x1p-8F) == 1);  // a tie, to even
  CHECK(round_to_bf16(1 + 0x1.8p-8F) == 1 + 0x1p-7F);
  CHECK(std::isnan(round_to_bf16(NAN)));
}

TEST_CASE("emulation: matrix products read and write nothing but their matrices") {
  cublasHandle_t handle;
  REQUIRE(cublasCreate(&handle) == CUBLAS_STATUS_SUCCESS);
  const float one = 1, zero = 0;
  const OnDevice<float> a(random(kM * kK)), b(random(kK * kN)), unset(kK * kN), c(kM * kN),
      small(kM * kN - 1);
  const auto multiply = [&](const float* second, float* result, const float* keep, int ldb = kK) {
    return cublasSgemm(handle, CUBLAS_OP_N, CUBLAS_OP_N, kM, kN, kK, &one, a, kM, second, ldb, keep,
                       result, kM);
  };
  CHECK(multiply(b, c, &zero) == CUBLAS_STATUS_SUCCESS);
  CHECK(multiply(b, c, &one) == CUBLAS_STATUS_SUCCESS);
  CHECK(multiply(b, c, &zero, kK - 1) == CUBLAS_STATUS_INVALID_VALUE);
  CHECK(recover().empty());
  multiply(unset, c, &zero);
  CHECK(says(recover(), "a matrix product reads what was never written"));
  multiply(b, small, &zero);
  CHECK(says(recover(), "a matrix product writes 0 bytes past the end of a block of 136"));
  multiply(b + 1, c, &zero);
  CHECK(says(recover(), "a matrix product reads 0 bytes past the end"));
  CHECK(cublasDestroy(handle) == CUBLAS_STATUS_SUCCESS);
}
