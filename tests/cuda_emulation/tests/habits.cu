// What a real device may do: each switch shows a planted fault that the device without it hides.
#include <cublas_v2.h>

#include <cmath>
#include <cstring>

#include "tests/cuda_emulation/tests/device.h"

using namespace emulation;

namespace {

__global__ void set(float* x, float value) { x[threadIdx.x] = value; }
__global__ void exponentials(const float* x, float* y) {
  y[threadIdx.x] = std::exp(x[threadIdx.x]);
}
__global__ void roots(const float* x, float* y) { y[threadIdx.x] = std::sqrt(x[threadIdx.x]); }
__global__ void never_seen(float* x) { x[threadIdx.x] = 3; }
__global__ void accumulate(const float* x, float* y) {
  for (int i = 0; i < 3; ++i) y[threadIdx.x] += x[threadIdx.x];
}

__global__ void number_in_turn(unsigned* tickets, unsigned* turn_of_block) {
  turn_of_block[blockIdx.x] = atomicAdd(tickets, 1u);
}

// A switch for the duration of a scope; all others are off.
class With {
 public:
  explicit With(bool Habits::*habit) : before_(habits()) {
    habits() = {};
    habits().*habit = true;
  }
  ~With() { habits() = before_; }
  With(const With&) = delete;
  With& operator=(const With&) = delete;

 private:
  Habits before_;
};

struct Stream {
  cudaStream_t handle = nullptr;
  Stream() { REQUIRE(cudaStreamCreateWithFlags(&handle, cudaStreamNonBlocking) == cudaSuccess); }
  ~Stream() { cudaStreamDestroy(handle); }
  operator cudaStream_t() const { return handle; }  // NOLINT: stands for the handle
};

struct Pinned {
  float* values = nullptr;
  explicit Pinned(std::size_t n) { REQUIRE(cudaMallocHost(&values, 4 * n) == cudaSuccess); }
  ~Pinned() { cudaFreeHost(values); }
};

std::vector<float> some(int n) {
  std::vector<float> x(n);
  for (int i = 0; i < n; ++i) x[i] = 0.01F * static_cast<float>(i) - 1.003F;
  return x;
}

}  // namespace

TEST_CASE("emulation: rounding: library functions are off by an ulp, roots never") {
  const OnDevice<float> x(some(512)), y(512);
  const auto values = [&](auto kernel) {
    run(kernel, 1, 512, x, y);
    return y.values();
  };
  const auto exact = values(exponentials), root = values(roots);
  for (std::size_t i = 0; i < exact.size(); ++i) CHECK(exact[i] == std::exp(some(512)[i]));
  const With rounding(&Habits::rounding);
  const auto real = values(exponentials);
  CHECK(real == values(exponentials));
  int different = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    different += real[i] != exact[i];
    CHECK(std::abs(real[i] / exact[i] - 1) < 0x1p-22F);
  }
  CHECK(different > 100);
  CHECK(std::memcmp(values(roots).data(), root.data(), 4 * root.size()) == 0);
}

TEST_CASE("emulation: rounding: TF32 is truncated, and sums have another order") {
  CHECK(round_to_tf32(1 + 0x1.8p-11F) == 1 + 0x1p-10F);
  const auto product = [](cublasComputeType_t type, const std::vector<float>& values) {
    cublasHandle_t handle;
    REQUIRE(cublasCreate(&handle) == CUBLAS_STATUS_SUCCESS);
    const int k = static_cast<int>(values.size());
    const OnDevice<float> a(values), b(std::vector<float>(values.size(), 1)), c(1);
    const float one = 1, zero = 0;
    CHECK(cublasGemmEx(handle, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, k, &one, a, CUDA_R_32F, 1, b,
                       CUDA_R_32F, k, &zero, c, CUDA_R_32F, 1, type,
                       CUBLAS_GEMM_DEFAULT) == CUBLAS_STATUS_SUCCESS);
    CHECK(cublasDestroy(handle) == CUBLAS_STATUS_SUCCESS);
    return c.values()[0];
  };
  const std::vector<float> close(64, 1 + 0x1.8p-11F);
  CHECK(product(CUBLAS_COMPUTE_32F_FAST_TF32, close) == 64 * (1 + 0x1p-10F));
  const std::vector<float> large = {0x1p24F, 1, 1, -0x1p24F};  // 0, 1 or 2, by the order
  const float before = product(CUBLAS_COMPUTE_32F, large);
  const With rounding(&Habits::rounding);
  CHECK(round_to_tf32(1 + 0x1.8p-11F) == 1);
  CHECK(product(CUBLAS_COMPUTE_32F_FAST_TF32, close) == 64);
  CHECK(product(CUBLAS_COMPUTE_32F, large) != before);
}

// The fault: the host writes to pinned memory after the copy of it was enqueued.
TEST_CASE("emulation: moments: work may run at once") {
  const auto late_writes_seen = [] {
    const Stream stream;
    const OnDevice<float> x(1);
    const Pinned pinned(1);
    int seen = 0;
    for (int i = 0; i < 100; ++i) {
      *pinned.values = 1;
      cudaMemcpyAsync(x, pinned.values, 4, cudaMemcpyHostToDevice, stream);
      *pinned.values = 2;
      CHECK(cudaStreamSynchronize(stream) == cudaSuccess);
      seen += x.values()[0] == 2;
    }
    return seen;
  };
  CHECK(late_writes_seen() == 100);
  const With moments(&Habits::moments);
  const int seen = late_writes_seen();
  CHECK(seen > 0);
  CHECK(seen < 100);
}

TEST_CASE("emulation: ordering: the default stream does not wait for one that is not blocking") {
  const auto read_without_waiting = [] {
    const Stream stream;
    const OnDevice<float> x(8);
    launch_on(stream, set, 1, 8, 0, static_cast<float*>(x), 1.0F);
    std::vector<float> host(8);
    cudaMemcpy(host.data(), x, 32, cudaMemcpyDeviceToHost);
    return recover();
  };
  CHECK(read_without_waiting().empty());
  const With ordering(&Habits::ordering);
  CHECK(says(read_without_waiting(), "a copy reads what was never written"));
}

TEST_CASE("emulation: ordering: cudaFree waits for nobody") {
  const auto free_too_early = [](bool wait) {
    const Stream stream;
    float* x = nullptr;
    REQUIRE(cudaMalloc(&x, 32) == cudaSuccess);
    launch_on(stream, set, 1, 8, 0, x, 1.0F);
    if (wait) cudaDeviceSynchronize();
    cudaFree(x);
    cudaStreamSynchronize(stream);
    return recover();
  };
  CHECK(free_too_early(false).empty());
  const With ordering(&Habits::ordering);
  CHECK(says(free_too_early(false), "not allocated"));
  CHECK(free_too_early(true).empty());
}

TEST_CASE("emulation: captures: what is first met inside one") {
  const Stream stream;
  const OnDevice<float> x(std::vector<float>(64, 1)), y(64);
  cublasHandle_t handle;
  REQUIRE(cublasCreate(&handle) == CUBLAS_STATUS_SUCCESS);
  CHECK(cublasSetStream(handle, stream) == CUBLAS_STATUS_SUCCESS);
  const auto captured = [&](const auto& work) {
    cudaGraph_t graph = nullptr;
    REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed) == cudaSuccess);
    work();
    cudaStreamEndCapture(stream, &graph);
    if (graph) cudaGraphDestroy(graph);
    return recover();
  };
  const auto kernel = [&] { launch_on(stream, never_seen, 1, 8, 0, static_cast<float*>(y)); };
  const auto product = [&](int at) {
    const float one = 1, zero = 0;
    cublasSgemm(handle, CUBLAS_OP_N, CUBLAS_OP_N, 3, 3, 3, &one, x + at, 3, x, 3, &zero, y, 3);
  };
  const With captures(&Habits::captures);
  CHECK(says(captured(kernel), "is first met inside a capture"));
  CHECK(captured(kernel).empty());
  product(0);  // a call before the capture, as it should be
  CHECK(captured([&] { product(0); }).empty());
  CHECK(says(captured([&] { product(1); }), "a matrix product of this shape and alignment"));
  CHECK(cublasDestroy(handle) == CUBLAS_STATUS_SUCCESS);
}

// The fault: a result that depends on which block comes first.
TEST_CASE("emulation: blocks: they run in any order") {
  const auto turns = [] {
    const OnDevice<unsigned> tickets(std::vector<unsigned>{0}), turn(64);
    run(number_in_turn, 64, 1, tickets, turn);
    return turn.values();
  };
  const auto by_number = turns();
  for (unsigned i = 0; i < 64; ++i) CHECK(by_number[i] == i);
  const With blocks(&Habits::blocks);
  const auto once = turns(), again = turns();
  CHECK(once != by_number);
  CHECK(again != once);
}

TEST_CASE("emulation: pinned: memory is noise when fresh, and once it was sent") {
  const With noise(&Habits::pinned);
  const Stream stream;
  const OnDevice<float> x(1);
  const Pinned pinned(1);
  CHECK(*pinned.values != 0);
  cudaEvent_t sent;
  REQUIRE(cudaEventCreate(&sent) == cudaSuccess);
  *pinned.values = 7;
  cudaMemcpyAsync(x, pinned.values, 4, cudaMemcpyHostToDevice, stream);
  CHECK(cudaEventRecord(sent, stream) == cudaSuccess);
  CHECK(*pinned.values == 7);
  CHECK(cudaEventSynchronize(sent) == cudaSuccess);
  CHECK(*pinned.values != 7);  // the fault: it is sent again without being written again
  CHECK(x.values()[0] == 7);
  CHECK(cudaEventDestroy(sent) == cudaSuccess);
}

TEST_CASE("emulation: bytes and operations are counted by kernel") {
  const OnDevice<float> x(std::vector<float>(64, 1)), y(std::vector<float>(64, 1));
  cublasHandle_t handle;
  REQUIRE(cublasCreate(&handle) == CUBLAS_STATUS_SUCCESS);
  const float one = 1, zero = 0;
  count_traffic(true);
  run(accumulate, 1, 32, x, y);
  CHECK(cublasSgemm(handle, CUBLAS_OP_N, CUBLAS_OP_N, 2, 3, 4, &one, x, 2, x, 4, &zero, y, 2) ==
        CUBLAS_STATUS_SUCCESS);
  CHECK(cudaDeviceSynchronize() == cudaSuccess);
  count_traffic(false);
  recover();
  for (const auto& [name, traffic] : traffic()) {
    CAPTURE(name);
    CHECK(traffic.launches == 1);
    if (name == "product") {
      CHECK(traffic.read == 4 * (8 + 12));
      CHECK(traffic.written == 4 * 6);
      CHECK(traffic.flops == 2 * 2 * 3 * 4);
    } else {
      CHECK(name.find("accumulate") != std::string::npos);
      CHECK(traffic.read == 4 * 64);  // x and y; y again is its own result
      CHECK(traffic.written == 4 * 32);
    }
  }
  CHECK(traffic().size() == 2);
  CHECK(cublasDestroy(handle) == CUBLAS_STATUS_SUCCESS);
}
