// Asynchronous copies: kernels that wait for them, and kernels with one fault each.
#include "engine/cuda/async.h"
#include "tests/cuda_emulation/tests/device.h"

using namespace emulation;
using engine::cuda::commit_copies;
using engine::cuda::copy_async;
using engine::cuda::wait_for_copies;

namespace {

// What a pipeline of two stages gets wrong.
enum class Fault { none, waits_for_too_few, no_barrier_after_wait, no_barrier_before_copy };

// Sums tiles of 64 numbers, each thread those of the neighbor `to_right`: two stages, one tile ahead.
__global__ void pipeline(const float* x, float* y, int tiles, int to_right, Fault fault) {
  __shared__ float stages[2][64];
  const int i = static_cast<int>(threadIdx.x);
  const auto fetch = [&](int tile) {
    if (tile < tiles) copy_async<4>(&stages[tile % 2][i], x + tile * 64 + i, true);
    commit_copies();
  };
  float sum = 0;
  fetch(0);
  for (int tile = 0; tile < tiles; ++tile) {
    fetch(tile + 1);
    if (fault == Fault::waits_for_too_few) {
      wait_for_copies<2>();
    } else {
      wait_for_copies<1>();
    }
    if (fault != Fault::no_barrier_after_wait) __syncthreads();
    sum += stages[tile % 2][min(max(i + to_right, 0), 63)];
    if (fault != Fault::no_barrier_before_copy) __syncthreads();
  }
  wait_for_copies<0>();
  y[i] = sum;
}

template <int bytes>
__global__ void parts(const unsigned char* x, unsigned char* y, int inside) {
  __shared__ __align__(16) unsigned char here[16 * 32];
  const int at = static_cast<int>(threadIdx.x) * bytes;
  copy_async<bytes>(here + at, x + at, static_cast<int>(threadIdx.x) < inside);
  commit_copies();
  wait_for_copies<0>();
  for (int i = 0; i < bytes; ++i) y[at + i] = here[at + i];
}

__global__ void source_changes(float* x, float* y) {
  __shared__ float here;
  copy_async<4>(&here, x, true);
  commit_copies();
  *x = 2;
  wait_for_copies<0>();
  *y = here;
}

__global__ void writes_meanwhile(const float* x) {
  __shared__ float here;
  copy_async<4>(&here, x, true);
  commit_copies();
  here = 1;
  wait_for_copies<0>();
}
__global__ void copies_twice(const float* x) {
  __shared__ float here;
  for (int i = 0; i < 2; ++i) copy_async<4>(&here, x + i, true);
  commit_copies();
  wait_for_copies<0>();
}
__global__ void forgets_to_commit(const float* x, float* y) {
  __shared__ float here;
  copy_async<4>(&here, x, true);
  wait_for_copies<0>();
  *y = here;
}
__global__ void leaves(const float* x) {
  __shared__ float here;
  copy_async<4>(&here, x, true);
  commit_copies();
}
__global__ void misplaced(const float* x, float* y, int to, int from) {
  __shared__ __align__(16) float here[8];
  copy_async<16>(here + to, x + from, true);
  commit_copies();
  wait_for_copies<0>();
  *y = here[to];
}
__global__ void to_global(const float* x, float* y) {
  copy_async<4>(y, x, true);
  commit_copies();
  wait_for_copies<0>();
}

std::string fault_of(Fault fault, int to_right) {
  const OnDevice<float> x(std::vector<float>(64 * 5, 1)), y(64);
  return complaint_about(pipeline, 1, 64, x, y, 5, to_right, fault);
}

}  // namespace

TEST_CASE("emulation: a pipeline of asynchronous copies") {
  std::vector<float> host(64 * 5);
  for (std::size_t i = 0; i < host.size(); ++i) host[i] = static_cast<float>(i);
  const OnDevice<float> x(host), y(64);
  run(pipeline, 1, 64, x, y, 5, 1, Fault::none);
  const std::vector<float> got = y.values();
  for (int i = 0; i < 64; ++i) CHECK(got[i] == 5 * std::min(i + 1, 63) + 64 * (0 + 1 + 2 + 3 + 4));
}

TEST_CASE("emulation: asynchronous copies of 4, 8 and 16 bytes, and zeros instead") {
  std::vector<unsigned char> host(16 * 20);
  for (std::size_t i = 0; i < host.size(); ++i) host[i] = static_cast<unsigned char>(1 + i % 255);
  const OnDevice<unsigned char> x(host);  // no more than is inside
  const auto check = [&](auto kernel, int bytes) {
    const OnDevice<unsigned char> y(bytes * 32);
    run(kernel, 1, 32, x, y, 20);
    const std::vector<unsigned char> got = y.values();
    for (int i = 0; i < bytes * 32; ++i) CHECK(got[i] == (i < bytes * 20 ? host[i] : 0));
  };
  check(parts<4>, 4);
  check(parts<8>, 8);
  check(parts<16>, 16);
}

TEST_CASE("emulation: a copy reads its source as late as it may") {
  const OnDevice<float> x(std::vector<float>{1}), y(1);
  run(source_changes, 1, 1, x, y);
  CHECK(y.values() == std::vector<float>{2});
}

TEST_CASE("emulation: what a pipeline forgets") {
  const char* const early = "before an asynchronous copy to it has arrived";
  CHECK(says(fault_of(Fault::waits_for_too_few, 0), early));
  CHECK(says(fault_of(Fault::no_barrier_after_wait, -1), "reads what another thread writes"));
  // The copy begins after one thread's read, or before another's.
  CHECK(says(fault_of(Fault::no_barrier_before_copy, 1), "writes what another thread reads"));
  CHECK(says(fault_of(Fault::no_barrier_before_copy, -1), early));
}

TEST_CASE("emulation: asynchronous copies that nobody waits for, or that meet others") {
  const OnDevice<float> x(std::vector<float>(8, 1)), y(1);
  CHECK(says(complaint_about(writes_meanwhile, 1, 1, x), "before an asynchronous copy to it has"));
  CHECK(says(complaint_about(copies_twice, 1, 1, x), "before an asynchronous copy to it has"));
  CHECK(says(complaint_about(forgets_to_commit, 1, 1, x, y), "before an asynchronous copy to it"));
  CHECK(says(complaint_about(leaves, 1, 1, x), "returns before its asynchronous copies"));
}

TEST_CASE("emulation: asynchronous copies beyond a block, misaligned, or to other memory") {
  const OnDevice<float> x(std::vector<float>(8, 1)), y(1);
  CHECK(says(complaint_about(misplaced, 1, 1, x, y, 0, 8), "past the end of a block of 32"));
  CHECK(says(complaint_about(misplaced, 1, 1, x, y, 8, 0), "beyond the end of an array"));
  CHECK(says(complaint_about(misplaced, 1, 1, x, y, 0, 1), "from a misaligned address"));
  CHECK(says(complaint_about(misplaced, 1, 1, x, y, 2, 0), "to a misaligned address"));
  CHECK(says(complaint_about(to_global, 1, 1, x, y), "not shared"));
}
