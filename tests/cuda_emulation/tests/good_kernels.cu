// Correct kernels: the emulated device computes what a device would, without complaints.
#include <numeric>

#include "tests/cuda_emulation/shared_bytes.h"
#include "tests/cuda_emulation/tests/device.h"

using namespace emulation;

namespace {

__global__ void scale(const float* x, float* y, int n, float factor) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < n) y[i] = factor * x[i];
}

__global__ void places(int* out) {
  const unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  const unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  const unsigned threads = blockDim.x * blockDim.y * blockDim.z;
  out[block * threads + thread] = static_cast<int>(thread);
}

// Transposes 32 by 32 tiles through shared memory.
__global__ void transpose(const float* x, float* y, int n) {
  __shared__ float tile[32][33];
  const int column = static_cast<int>(blockIdx.x * 32 + threadIdx.x);
  for (unsigned row = threadIdx.y; row < 32; row += blockDim.y)
    tile[row][threadIdx.x] = x[(blockIdx.y * 32 + row) * n + column];
  __syncthreads();
  const unsigned out = blockIdx.y * 32 + threadIdx.x;
  for (unsigned row = threadIdx.y; row < 32; row += blockDim.y)
    y[(blockIdx.x * 32 + row) * n + out] = tile[threadIdx.x][row];
}

// The sum of a block's numbers: within warps by shuffles, across them through shared memory.
__global__ void sums(const float* x, float* out) {
  __shared__ float of_warp[32];
  float v = x[blockIdx.x * blockDim.x + threadIdx.x];
  for (int step = 16; step > 0; step /= 2) v += __shfl_down_sync(0xffffffffu, v, step);
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = v;
  __syncthreads();
  if (threadIdx.x >= 32) return;
  v = threadIdx.x < blockDim.x / 32 ? of_warp[threadIdx.x] : 0;
  for (int step = 16; step > 0; step /= 2) v += __shfl_xor_sync(0xffffffffu, v, step);
  if (threadIdx.x == 0) out[blockIdx.x] = v;
}

// Halves the distance at each barrier, in dynamic shared memory.
__global__ void tree(const int* x, int* out) {
  int* part = reinterpret_cast<int*>(engine::cuda::shared_bytes);
  part[threadIdx.x] = x[threadIdx.x];
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
  }
  if (threadIdx.x == 0) *out = part[0];
}

__global__ void votes(const int* x, unsigned* out) {
  const int value = x[threadIdx.x];
  const unsigned ballot = __ballot_sync(0xffffffffu, value > 0);
  const int any = __any_sync(0xffffffffu, value > 100), all = __all_sync(0xffffffffu, value < 100);
  const int before = __shfl_up_sync(0xffffffffu, value, 1);
  const int third = __shfl_sync(0xffffffffu, value, 3);
  const int in_four = __shfl_sync(0xffffffffu, value, 1, 4);
  if (threadIdx.x < 16) {  // half a warp, by its own mask
    const int swapped = __shfl_xor_sync(0xffffu, value, 8);
    out[6 + threadIdx.x] = static_cast<unsigned>(swapped);
  }
  if (threadIdx.x == 9) {
    out[0] = ballot;
    out[1] = static_cast<unsigned>(any);
    out[2] = static_cast<unsigned>(all);
    out[3] = static_cast<unsigned>(before);
    out[4] = static_cast<unsigned>(third);
    out[5] = static_cast<unsigned>(in_four);
  }
}

__global__ void count_odd(const int* x, int* count) {
  if (x[blockIdx.x * blockDim.x + threadIdx.x] % 2) atomicAdd(count, 1);
}

// Each block writes its part; the one that takes the last ticket adds them, in the order of blocks.
__global__ void sum_by_last(const float* x, float* parts, unsigned* ticket, float* out) {
  __shared__ bool last;
  if (threadIdx.x == 1) parts[blockIdx.x] = x[blockIdx.x];
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    last = atomicInc(ticket, gridDim.x - 1) == gridDim.x - 1;
    __threadfence();
  }
  __syncthreads();
  if (!last || threadIdx.x > 0) return;
  float sum = 0;
  for (unsigned i = 0; i < gridDim.x; ++i) sum = sum / 2 + parts[i];
  *out = sum;
}

__global__ void vectors(const float4* x, float4* y) {
  float4 v = x[threadIdx.x];
  v.x += v.w;
  y[threadIdx.x] = v;
}

std::vector<float> numbers(int n) {
  std::vector<float> values(n);
  std::iota(values.begin(), values.end(), 1.0F);
  return values;
}

}  // namespace

TEST_CASE("emulation: a kernel of independent threads") {
  const OnDevice<float> x(numbers(1000)), y(1000);
  run(scale, 8, 128, x, y, 1000, 2.0F);
  const auto values = y.values();
  for (int i = 0; i < 1000; ++i) CHECK(values[i] == 2.0F * static_cast<float>(i + 1));
}

TEST_CASE("emulation: grids and blocks of three dimensions") {
  const OnDevice<int> out(2 * 3 * 2 * 24);
  run(places, {2, 3, 2}, {4, 3, 2}, out);
  const auto values = out.values();
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(values[i] == static_cast<int>(i % 24));
}

TEST_CASE("emulation: shared memory and barriers") {
  const OnDevice<float> x(numbers(64 * 64)), y(64 * 64);
  run(transpose, {2, 2}, {32, 8}, x, y, 64);
  const auto values = y.values();
  for (int i = 0; i < 64; ++i)
    for (int j = 0; j < 64; ++j) CHECK(values[i * 64 + j] == static_cast<float>(j * 64 + i + 1));

  const OnDevice<int> ones(std::vector<int>(256, 1)), sum(1);
  CHECK(launch_on(nullptr, tree, 1, 256, 1024, ones, sum) == cudaSuccess);
  CHECK(sum.values() == std::vector<int>{256});
}

TEST_CASE("emulation: shuffles and votes") {
  const OnDevice<float> x(numbers(512)), out(2);
  run(sums, 2, 256, x, out);
  CHECK(out.values() == std::vector<float>{256 * 257 / 2.0F, 256 * 257 / 2.0F + 65536});

  std::vector<int> values(32);
  std::iota(values.begin(), values.end(), -8);
  const OnDevice<int> in(values);
  const OnDevice<unsigned> result(6 + 16);
  run(votes, 1, 32, in, result);
  const auto got = result.values();
  CHECK(got[0] == 0xfffffe00u);  // 9 and later are positive
  CHECK(got[1] == 0);
  CHECK(got[2] == 1);
  CHECK(got[3] == 0);                           // lane 8's
  CHECK(got[4] == static_cast<unsigned>(-5));   // lane 3's
  CHECK(got[5] == 1);                           // lane 9's: the second of 8 to 11
  CHECK(got[6] == 0);                           // lane 8's
  CHECK(got[14] == static_cast<unsigned>(-8));  // lane 0's
}

TEST_CASE("emulation: the last block of a launch reads what the others wrote") {
  const bool before = habits().blocks;
  const OnDevice<float> x(numbers(5)), parts(5), out(1);
  const OnDevice<unsigned> ticket(std::vector<unsigned>{0});
  for (const bool random : {false, true, true, true}) {
    habits().blocks = random;
    run(sum_by_last, 5, 32, x, parts, ticket, out);
    CHECK(out.values() == std::vector<float>{1 / 16.0F + 2 / 8.0F + 3 / 4.0F + 4 / 2.0F + 5});
    CHECK(ticket.values() == std::vector<unsigned>{0});
  }
  habits().blocks = before;
}

TEST_CASE("emulation: atomics and vector types") {
  std::vector<int> values(300);
  std::iota(values.begin(), values.end(), 0);
  const OnDevice<int> x(values), count(std::vector<int>{0});
  run(count_odd, 3, 100, x, count);
  CHECK(count.values() == std::vector<int>{150});

  const OnDevice<float> in(numbers(8)), out(8);
  run(vectors, 1, 2, reinterpret_cast<float4*>(static_cast<float*>(in)),
      reinterpret_cast<float4*>(static_cast<float*>(out)));
  CHECK(out.values() == std::vector<float>{5, 2, 3, 4, 13, 6, 7, 8});
}
