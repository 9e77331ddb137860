// Kernels with one fault each: every check of the emulated device catches its fault.
#include "tests/cuda_emulation/shared_bytes.h"
#include "tests/cuda_emulation/tests/device.h"

using namespace emulation;

namespace {

__global__ void copy_shifted(const float* x, float* y, int from, int to) {
  y[threadIdx.x + to] = x[static_cast<int>(threadIdx.x) + from];
}
__global__ void add(float* x) { x[threadIdx.x] += 1; }
__global__ void wide(const float4* x, float* y) { *y = x->x + x->w; }

__global__ void beyond_shared(float* y, int at) {
  __shared__ float part[36];
  part[threadIdx.x] = 1;
  __syncthreads();
  y[threadIdx.x] = part[at];
}
__global__ void beyond_shared_pointer(float* y, int at) {
  __shared__ float part[36];
  float* p = part;
  asm volatile("" : "+r"(p));  // hides from the compiler where p points
  p[at + threadIdx.x] = 1;
  __syncthreads();
  y[threadIdx.x] = part[threadIdx.x];
}
__global__ void beyond_dynamic(float* y, int at) {
  auto* part = reinterpret_cast<float*>(engine::cuda::shared_bytes);
  part[threadIdx.x + at] = 1;
  y[threadIdx.x] = part[threadIdx.x + at];
}
__global__ void unset_shared(float* y) {
  __shared__ float part[32];
  if (threadIdx.x != 7) part[threadIdx.x] = 1;
  __syncthreads();
  y[threadIdx.x] = part[threadIdx.x];
}

__global__ void no_barrier(float* y) {
  __shared__ float part[64];
  part[threadIdx.x] = static_cast<float>(threadIdx.x);
  y[threadIdx.x] = part[(threadIdx.x + 63) % 64];
}
__global__ void late_write(float* y) {  // no barrier between reading and the next round's writing
  __shared__ float part;
  for (int round = 0; round < 2; ++round) {
    if (threadIdx.x == 0) part = 1;
    __syncthreads();
    y[threadIdx.x] = part;
  }
}
__global__ void no_warp_barrier(float* y) {
  __shared__ float part[32];
  part[threadIdx.x] = 1;
  y[threadIdx.x] = part[threadIdx.x ^ 1];
}
__global__ void blocks_meet(float* y) { y[threadIdx.x] = static_cast<float>(blockIdx.x); }
__global__ void blocks_read(float* y) { y[blockIdx.x + 1] = y[blockIdx.x] + 1; }

// Sums the parts of all blocks in the block that takes the last ticket, but for one fault.
enum class Without { none, barrier, fence, fence_after, barrier_after, last_ticket, same_ticket };
__global__ void sum_by_last(Without without, float* parts, unsigned* tickets, float* out) {
  __shared__ bool last;
  if (threadIdx.x == 0) parts[blockIdx.x] = 1;
  if (without != Without::barrier) __syncthreads();
  if (threadIdx.x == 0) {
    if (without != Without::fence) __threadfence();
    unsigned* const ticket = tickets + (without == Without::same_ticket ? blockIdx.x : 0);
    const unsigned number = atomicInc(ticket, gridDim.x - 1);
    last = number == gridDim.x - 1 || without == Without::last_ticket ||
           (without == Without::same_ticket && blockIdx.x == gridDim.x - 1);
    if (without != Without::fence_after) __threadfence();
  }
  if (without != Without::barrier_after) __syncthreads();
  if (threadIdx.x > 0 || !last) return;
  *out = 0;
  for (unsigned i = 0; i < gridDim.x; ++i) *out += parts[i];
}

__global__ void neighboring_bytes(unsigned char* y) { y[threadIdx.x] = 1; }
__global__ void shared_byte(unsigned char* y) { y[threadIdx.x / 2] = 1; }
__global__ void word_of_bytes(unsigned char* y) {
  if (threadIdx.x > 3) y[threadIdx.x] = 1;
  if (threadIdx.x == 0) *reinterpret_cast<float*>(y + 4) = 1;
}

__global__ void early_return(float* y) {
  if (threadIdx.x == 5) return;
  __syncthreads();
  y[threadIdx.x] = 1;
}
__global__ void two_barriers(float* y) {
  if (threadIdx.x < 32)
    __syncthreads();
  else
    __syncthreads();
  y[threadIdx.x] = 1;
}
__global__ void missing_lane(float* y) {
  float v = 1;
  if (threadIdx.x != 3) v = __shfl_xor_sync(0xffffffffu, v, 1);
  y[threadIdx.x] = v;
}
__global__ void outside_mask(float* y) { y[threadIdx.x] = __shfl_sync(0x0fu, 1.0F, 0); }
__global__ void from_nobody(float* y) {
  float v = 1;
  if (threadIdx.x < 8) v = __shfl_sync(0xffu, v, 9);
  y[threadIdx.x] = v;
}

}  // namespace

TEST_CASE("emulation: accesses beyond a block, in either direction") {
  const OnDevice<float> x(std::vector<float>(33, 1)), y(32);
  CHECK(says(complaint_about(copy_shifted, 1, 32, x, y, 2, 0),
             "thread (31,0,0) reads 4 bytes at 0 bytes past the end of a block of 132"));
  CHECK(says(complaint_about(copy_shifted, 1, 32, x, y, -1, 0),
             "thread (0,0,0) reads 4 bytes at 4 bytes before a block of 132"));
  CHECK(says(complaint_about(copy_shifted, 1, 32, x, y, 0, 3),
             "writes 4 bytes at 0 bytes past the end of a block of 128"));
}

TEST_CASE("emulation: races are seen by the byte") {
  const OnDevice<unsigned char> y(64);
  run(neighboring_bytes, 1, 64, y);
  CHECK(says(complaint_about(shared_byte, 1, 8, y), "writes what another thread writes"));
  CHECK(says(complaint_about(word_of_bytes, 1, 8, y), "writes what another thread writes"));
}

TEST_CASE("emulation: the kernel is named, and the first fault is the one that is told") {
  const OnDevice<float> x(8), y(8);
  const std::string text = complaint_about(copy_shifted, 1, 8, x, y, 0, 0);
  CHECK(says(text, "copy_shifted"));
  CHECK(says(text, "block (0,0,0), thread (0,0,0)"));
}

TEST_CASE("emulation: freed memory") {
  float* freed = nullptr;
  REQUIRE(cudaMalloc(&freed, 128) == cudaSuccess);
  REQUIRE(cudaMemset(freed, 0, 128) == cudaSuccess);
  REQUIRE(cudaFree(freed) == cudaSuccess);
  CHECK(says(complaint_about(add, 1, 32, freed), "not allocated"));
  CHECK(cudaFree(freed) == cudaErrorIllegalAddress);
  CHECK(says(recover(), "freed that is not allocated"));
}

TEST_CASE("emulation: memory that was never written") {
  const OnDevice<float> x(32), y(32);
  CHECK(says(complaint_about(add, 1, 32, x), "reads 4 bytes at byte 0 of a block of 128, never"));
  std::vector<float> host(32);
  CHECK(cudaMemcpy(host.data(), x, 128, cudaMemcpyDeviceToHost) == cudaErrorIllegalAddress);
  CHECK(says(recover(), "a copy reads what was never written"));
}

TEST_CASE("emulation: memory of the host, and of the device from the host") {
  std::vector<float> host(32);
  const OnDevice<float> y(std::vector<float>(32, 1));
  CHECK(says(complaint_about(add, 1, 32, host.data()), "memory of the host"));
  CHECK(cudaMemcpy(y, y, 128, cudaMemcpyHostToDevice) == cudaErrorInvalidValue);
  CHECK(cudaMemcpy(host.data(), host.data(), 128, cudaMemcpyDeviceToHost) == cudaErrorInvalidValue);
  cudaGetLastError();
  float* p = y;
  host[0] = p[3];
  CHECK(says(recover(), "code of the host touches device memory: byte 12"));
}

TEST_CASE("emulation: misaligned vectors") {
  const OnDevice<float> x(std::vector<float>(16, 1)), y(1);
  CHECK(says(complaint_about(wide, 1, 1, reinterpret_cast<const float4*>(x + 1), y), "misaligned"));
}

TEST_CASE("emulation: beyond shared arrays") {
  const OnDevice<float> y(32);
  CHECK(says(complaint_about(beyond_shared, 1, 32, y, 36), "indexes beyond an array"));
  CHECK(says(complaint_about(beyond_shared_pointer, 1, 32, y, 10), "beyond the end of an array"));
  launch_on(nullptr, beyond_dynamic, 1, 32, 128, y, 1);
  CHECK(says(recover(), "at byte 128 of dynamic shared memory, of which the launch asked for 128"));
}

TEST_CASE("emulation: shared memory that was never written, or by an earlier block only") {
  const OnDevice<float> y(32);
  CHECK(says(complaint_about(unset_shared, 1, 32, y), "thread (7,0,0) reads 4 bytes at shared"));
}

TEST_CASE("emulation: races") {
  const OnDevice<float> y(std::vector<float>(64, 0));
  CHECK(says(complaint_about(no_barrier, 1, 64, y), "shared memory"));
  CHECK(says(complaint_about(late_write, 1, 64, y), "at the same time: 4 bytes of shared memory"));
  CHECK(says(complaint_about(no_warp_barrier, 1, 32, y), "shared memory"));
  CHECK(says(complaint_about(blocks_meet, 2, 32, y), "writes what another thread writes"));
  CHECK(says(complaint_about(blocks_read, 3, 1, y), "reads what another thread writes"));
}

TEST_CASE("emulation: blocks that rely on others without the order that fences and tickets give") {
  const OnDevice<float> parts(std::vector<float>(4, 0)), out(1);
  const auto tickets = [] { return OnDevice<unsigned>(std::vector<unsigned>(4, 0)); };
  run(sum_by_last, 4, 1, Without::none, parts, tickets(), out);
  CHECK(out.values() == std::vector<float>{4});
  for (const Without without : {Without::barrier, Without::fence, Without::fence_after,
                                Without::barrier_after, Without::same_ticket}) {
    CAPTURE(static_cast<int>(without));
    CHECK(says(complaint_about(sum_by_last, 4, 1, without, parts, tickets(), out),
               "reads what another thread writes at the same time"));
  }
  CHECK(says(complaint_about(sum_by_last, 4, 1, Without::last_ticket, parts, tickets(), out),
             "writes what another thread"));
}

TEST_CASE("emulation: barriers that not all threads reach") {
  const OnDevice<float> y(64);
  const std::string text = complaint_about(early_return, 1, 64, y);
  CHECK(says(text, "a barrier is not reached by all threads"));
  CHECK(says(text, "63 of 64 wait, 1 have returned"));
  CHECK(says(complaint_about(two_barriers, 1, 64, y), "threads wait at different barriers"));
}

TEST_CASE("emulation: shuffles that not all lanes reach, or that the mask leaves out") {
  const OnDevice<float> y(32);
  CHECK(says(complaint_about(missing_lane, 1, 32, y), "31 of 32 wait"));
  CHECK(says(complaint_about(outside_mask, 1, 32, y), "whose mask leaves it out"));
  CHECK(says(complaint_about(from_nobody, 1, 32, y), "takes from lane 9, which is not part"));
}

TEST_CASE("emulation: a device that failed does nothing more, and recovers when told to") {
  const OnDevice<float> x(8), good(std::vector<float>(8, 1));
  CHECK(launch_on(nullptr, add, 1, 8, 0, static_cast<float*>(x)) == cudaErrorIllegalAddress);
  CHECK(launch_on(nullptr, add, 1, 8, 0, static_cast<float*>(good)) == cudaErrorIllegalAddress);
  CHECK(cudaGetLastError() == cudaErrorIllegalAddress);
  CHECK_FALSE(recover().empty());
  CHECK(cudaGetLastError() == cudaSuccess);
  run(add, 1, 8, static_cast<float*>(good));
  CHECK(good.values() == std::vector<float>(8, 2));
}
