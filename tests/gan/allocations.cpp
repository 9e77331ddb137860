// A steady-state training step does not allocate from the heap: every global operator new of this
// program is counted while a third step runs, in all threads (including the loader's).
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "datasets/dataset.h"
#include "datasets/loader.h"
#include "gan/training/trainer.h"

namespace {

std::atomic<bool> counting_calls{false};
std::atomic<int> allocations{0};

void* counted(std::size_t bytes) {
  if (counting_calls) ++allocations;
  if (void* block = std::malloc(bytes > 0 ? bytes : 1)) return block;
  throw std::bad_alloc();
}

}  // namespace

// The plain forms: the library's other forms (arrays) call them. So does its nothrow form, but the
// address sanitizer has one of its own, whose blocks must not be freed here.
void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  try {
    return counted(bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

TEST_CASE("allocations: none in the third training step") {
  const auto data = datasets::open("shapes");
  struct Example {
    const char* model;
    bool conditional = false;
    engine::Index attention = 0;
  };
  for (const Example& example : {Example{"sn-cnn"}, Example{"sn-resnet"}, Example{"sn-small"},
                                 Example{"sn-small", true}, Example{"sn-resnet", true, 8}}) {
    CAPTURE(example.model);
    CAPTURE(example.conditional);
    gan::training::Config config;
    config.model = example.model;
    config.conditional = example.conditional;
    config.attention = example.attention;
    config.batch = config.g_batch = 4;
    config.n_dis = 2;
    gan::training::Trainer trainer(config, *data);
    trainer.step();
    trainer.step();
    allocations = 0;
    counting_calls = true;
    trainer.step();
    counting_calls = false;
    CHECK(allocations == 0);
  }
}

TEST_CASE("allocations: none for batches made on the device, over epochs") {
  const auto data = datasets::open("shapes", {.resize = 8, .test = true});
  const engine::Index batch = data->size() / 2;
  datasets::Loader loader(*data, {.batch = batch, .flip = true, .resident = true});
  for (int i = 0; i < 2; ++i) loader.next();
  allocations = 0;
  counting_calls = true;
  for (int i = 0; i < 4; ++i) loader.next();
  counting_calls = false;
  CHECK(allocations == 0);
}

TEST_CASE("allocations: the count is not of nothing") {
  allocations = 0;
  counting_calls = true;
  delete new int(3);
  std::vector<int> list(10);
  counting_calls = false;
  CHECK(allocations >= 1);
}
