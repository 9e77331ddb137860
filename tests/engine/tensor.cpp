// Tensors and shapes: values, sharing, errors.
#include <doctest/doctest.h>

#include <set>
#include <thread>

#include "engine/backend.h"
#include "tests/support/draw.h"

using namespace tests;
using namespace engine;

namespace {

Tensor counting(const Shape& shape) {
  std::vector<Real> values(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<Real>(i);
  return Tensor::from(shape, values);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("shape: extents, axes from the end, broadcasting") {
  const Shape s{2, 3, 4};
  CHECK(s.rank() == 3);
  CHECK(s.size() == 24);
  CHECK(s[-1] == 4);
  CHECK(Shape{}.size() == 1);
  CHECK(Shape{2, 0}.size() == 0);
  CHECK(broadcast("f", {2, 1, 3}, {4, 1}) == Shape{2, 4, 3});
  CHECK(broadcast("f", {}, {5}) == Shape{5});
  CHECK(error_of([&] { (void)s[3]; }) == "shape: axis 3 does not exist in [2, 3, 4]");
  CHECK(error_of([&] { Shape{1, 1, 1, 1, 1, 1, 1}; }) ==
        "shape: at most 6 axes are possible; [1, 1, 1, 1, 1, 1] cannot grow");
}

TEST_CASE("tensor: more elements than any memory holds are refused, not wrapped around") {
  const Index huge = Index{1} << 32;
  const std::string text = error_of([&] { zeros({huge, huge, 3}); });
  CHECK(contains(text, "tensor: more elements than memory can hold"));
  CHECK(contains(text, "[4294967296, 4294967296, 3]"));
  CHECK(contains(error_of([&] {
                   zeros({huge, huge / 4});
                 }),
                 "tensor: more elements than memory can hold"));
  CHECK(contains(error_of([&] { zeros({huge, huge / 64}); }), "memory: "));
}

TEST_CASE("errors are whole, though a name from a file may hold a zero byte") {
  const std::string name("a\0b", 3);
  CHECK(error_of([&] { engine::fail("tensor '", name, "' is missing"); }) ==
        "tensor 'a\\x00b' is missing");
}

TEST_CASE("errors name the op and both shapes") {
  const Tensor a = zeros({2, 3}), b = zeros({4, 5}), image = zeros({1, 5, 6, 3});
  struct Complaint {
    std::string got;
    std::vector<std::string> parts;
  };
  const std::vector<Complaint> all = {
      {error_of([&] { a + b; }), {"add", "[2, 3]", "[4, 5]"}},
      {error_of([&] { maximum(a, b); }), {"maximum", "[2, 3]", "[4, 5]"}},
      {error_of([&] { matmul(a, b); }), {"matmul", "[2, 3]", "[4, 5]"}},
      {error_of([&] { matmul_nt(a, b); }), {"matmul", "[2, 3]", "[4, 5]", "transposed"}},
      {error_of([&] { matmul_tn(a, b); }), {"matmul", "[2, 3]", "[4, 5]"}},
      {error_of([&] {
         reshape(a, {4, 2});
       }),
       {"reshape", "[2, 3]", "[4, 2]"}},
      {error_of([&] {
         reshape(a, {4, -1});
       }),
       {"reshape", "[2, 3]", "[4"}},
      {error_of([&] {
         reshape(a, {-1, -1});
       }),
       {"reshape", "[-1, -1]"}},
      {error_of([&] { permute(a, {0}); }), {"permute", "[2, 3]"}},
      {error_of([&] {
         permute(a, {0, 0});
       }),
       {"permute", "twice", "[2, 3]"}},
      {error_of([&] { transpose(image); }), {"transpose", "[1, 5, 6, 3]"}},
      {error_of([&] { slice(a, 1, 2, 5); }), {"slice", "[2, 3]"}},
      {error_of([&] { place(a, 1, 0, 2); }), {"place", "[2, 3]"}},
      {error_of([&] { pad(a, 0, -1, 0); }), {"pad", "[2, 3]"}},
      {error_of([&] {
         concat({a, b}, 0);
       }),
       {"concat", "[2, 3]", "[4, 5]"}},
      {error_of([&] {
         concat({a, image}, 0);
       }),
       {"concat", "[2, 3]", "[1, 5, 6, 3]"}},
      {error_of([&] { gather(a, a); }), {"gather", "[2, 3]"}},
      {error_of([&] { gather(a, full({1}, 2)); }), {"gather", "index 2", "2 rows"}},
      {error_of([&] { gather(a, full({1}, Real(0.5))); }), {"gather", "index 0.5"}},
      {error_of([&] { gather(a, full({1}, -1)); }), {"gather", "index -1"}},
      {error_of([&] { gather(a, full({1}, NAN)); }), {"gather", "index nan"}},
      {error_of([&] { gather(a, full({1}, Real(1e30))); }), {"gather", "index 1e+30"}},
      {error_of([&] { scatter_add(a, zeros({3}), 4); }), {"scatter_add", "[2, 3]", "[3]"}},
      {error_of([&] { sum(a, {2}); }), {"sum: axis 2 does not exist", "[2, 3]"}},
      {error_of([&] { mean(a, {2}); }), {"mean: axis 2 does not exist", "[2, 3]"}},
      {error_of([&] { engine::max(a, {-3}); }), {"max: axis -3 does not exist", "[2, 3]"}},
      {error_of([&] { softmax(a, 2); }), {"softmax: axis 2 does not exist", "[2, 3]"}},
      {error_of([&] { log_softmax(a, 2); }), {"log_softmax: axis 2 does not exist", "[2, 3]"}},
      {error_of([&] { slice(a, 2, 0, 1); }), {"slice: axis 2 does not exist", "[2, 3]"}},
      {error_of([&] { pad(a, 2, 0, 1); }), {"pad: axis 2 does not exist", "[2, 3]"}},
      {error_of([&] {
         concat({a, a}, 2);
       }),
       {"concat: axis 2 does not exist", "[2, 3]"}},
      {error_of([&] { sum_to(a, {4}); }), {"sum_to", "[2, 3]", "[4]"}},
      {error_of([&] {
         expand_to(a, {2, 4});
       }),
       {"expand_to", "[2, 3]", "[2, 4]"}},
      {error_of([&] {
         engine::max(zeros({0, 2}));
       }),
       {"max", "[0, 2]"}},
      {error_of([&] {
         conv2d(image, zeros({2, 3, 3, 4}));
       }),
       {"conv2d", "[1, 5, 6, 3]", "[2, 3, 3, 4]"}},
      {error_of([&] {
         conv2d(image, zeros({2, 7, 3, 3}));
       }),
       {"conv2d", "[1, 5, 6, 3]", "7"}},
      {error_of([&] {
         conv2d(image, zeros({2, 3, 3, 3}), {.stride = 0});
       }),
       {"conv2d", "stride"}},
      {error_of([&] {
         conv2d_transpose(image, zeros({2, 3, 3, 4}), {});
       }),
       {"conv2d_transpose", "[1, 5, 6, 3]", "[2, 3, 3, 4]"}},
      {error_of([&] {
         conv2d_transpose(image, zeros({3, 3, 3, 4}), {.stride = 2}, 2);
       }),
       {"conv2d_transpose", "output padding 2"}},
      {error_of([&] {
         conv2d_transpose(image, zeros({3, 3, 3, 4}), {}, 5, 5);
       }),
       {"conv2d_transpose", "[1, 5, 6, 3]"}},
      {error_of([&] {
         conv2d_weight_grad(image, zeros({1, 9, 9, 2}), {}, 3);
       }),
       {"conv2d_weight_grad", "[1, 5, 6, 3]", "[1, 9, 9, 2]"}},
      {error_of([&] { average_pool(a); }), {"average_pool", "[2, 3]"}},
      {error_of([&] { max_pool(image, {.kernel = 9}); }), {"max_pool", "[1, 5, 6, 3]"}},
      {error_of([&] { max_pool(image, {.kernel = 2, .padding = 2}); }), {"max_pool", "padding"}},
      {error_of([&] { upsample_nearest(image, 0); }), {"upsample_nearest", "0"}},
      {error_of([&] { bias_activation(a, zeros({2}), Activation::relu); }),
       {"bias_activation", "[2, 3]", "[2]"}},
      {error_of([&] {
         batch_norm(a, zeros({3}), zeros({2}), zeros({2, 3}), 1);
       }),
       {"batch_norm", "[2, 3]", "[2]"}},
      {error_of([&] { exp(Tensor()); }), {"exp", "empty"}},
      {error_of([&] {
         matmul(a, zeros({2, 3, 4, 5}));
       }),
       {"matmul", "[2, 3, 4, 5]", "[2, 3]"}},
      {error_of([&] {
         matmul(zeros({2, 2, 3}), zeros({4, 3, 2}));
       }),
       {"matmul", "[2]", "[4]"}},
      {error_of([&] { matmul(zeros({3}), a); }), {"matmul", "[3]", "[2, 3]"}},
      {error_of([&] { solve(a, a); }), {"solve", "[2, 3]"}},
      {error_of([&] { solve(eye(3), a); }), {"solve", "[3, 3]", "[2, 3]"}},
      {error_of([&] { inverse(a); }), {"inverse", "[2, 3]"}},
      {error_of([&] {
         inverse(zeros({2, 3, 3}));
       }),
       {"solve", "matrix 0 of 2", "singular"}},
      {error_of([&] { Tensor::from({2}, {1}); }), {"1 values", "[2]"}},
      {error_of([&] { a.item(); }), {"item", "[2, 3]"}},
      {error_of([&] { engine::overwrite(a, b); }), {"write", "[2, 3]", "[4, 5]"}},
      {error_of([&] { Tensor::view(a, 4, {3}); }), {"view", "[3]", "[2, 3]"}},
      {error_of([&] { grad(a, {a}); }), {"grad", "[2, 3]"}},
      {error_of([&] { grad(sum(a), {Tensor()}); }), {"grad", "empty"}},
      {error_of([&] { adam_update({}, a, a, a, b); }), {"adam", "[2, 3]", "[4, 5]"}},
      {error_of([&] { Device::named("tpu"); }), {"tpu", "cpu"}},
      {error_of([&] { precision_named("low"); }), {"low", "highest"}}};
  for (const Complaint& complaint : all)
    for (const std::string& part : complaint.parts) {
      CAPTURE(complaint.got);
      CAPTURE(part);
      CHECK(contains(complaint.got, part));
      CHECK(!contains(complaint.got, "\n"));
    }
}

TEST_CASE("tensor: views share, clones do not, writing keeps the address") {
  const Tensor x = counting({2, 3});
  const Tensor row = Tensor::view(x, 3, {3}), copy = x.clone(), same = x.detach();
  const Real* address = x.data();
  engine::overwrite(x, full({2, 3}, 7));
  CHECK(x.data() == address);
  CHECK(row.values() == std::vector<Real>{7, 7, 7});
  CHECK(same.values() == x.values());
  CHECK(copy.values() == std::vector<Real>{0, 1, 2, 3, 4, 5});
  CHECK(copy.data() != x.data());
}

TEST_CASE("tensor: reshape and detach share memory, permute copies") {
  const Tensor x = counting({2, 3});
  CHECK(reshape(x, {3, 2}).data() == x.data());
  CHECK(reshape(x, {2, 3}).node() == x.node());
  CHECK(x.detach().data() == x.data());
  CHECK(permute(x, {1, 0}).values() == std::vector<Real>{0, 3, 1, 4, 2, 5});
}

TEST_CASE("tensor: nothing goes wrong where nothing is") {
  const Tensor none = zeros({0, 3});
  CHECK(none.values().empty());
  CHECK((none + 1).shape() == Shape{0, 3});
  CHECK(sum(none).item() == 0);
  CHECK(sum(none, {0}).values() == std::vector<Real>{0, 0, 0});
  CHECK(concat({none, counting({1, 3})}, 0).values() == std::vector<Real>{0, 1, 2});
  CHECK(slice(counting({3}), 0, 2, 2).shape() == Shape{0});
  CHECK(matmul(zeros({2, 0}), zeros({0, 2})).values() == std::vector<Real>{0, 0, 0, 0});
  CHECK(conv2d(zeros({0, 4, 4, 2}), zeros({3, 2, 2, 2})).shape() == Shape{0, 3, 3, 3});
  CHECK(grad(sum(exp(none)), {none})[0].shape() == Shape{0, 3});
}

TEST_CASE("tensor: memory is used again") {
  const auto address = [] { return Tensor(Shape{1000, 77}).data(); };
  const Real* first = address();
  for (int i = 0; i < 100; ++i) CHECK(address() == first);
  // After a few steps the blocks of a step are all there: further steps find no others.
  const auto step = [] {
    const Tensor x = ones({64, 64});
    return grad(sum(square(matmul(x, x))), {x})[0].data();
  };
  std::set<const Real*> seen;
  for (int i = 0; i < 20; ++i) seen.insert(step());
  for (int i = 0; i < 100; ++i) CHECK(seen.contains(step()));
}

TEST_CASE("tensor: grad mode is a matter of the thread") {
  const NoGrad here;
  bool elsewhere = false;
  std::thread([&] { elsewhere = grad_mode(); }).join();
  CHECK(!grad_mode());
  CHECK(elsewhere);
}

TEST_CASE("eye, solve and products: of nothing, of one, and of four axes") {
  CHECK(eye(3).values() == std::vector<Real>{1, 0, 0, 0, 1, 0, 0, 0, 1});
  CHECK(eye(1).values() == std::vector<Real>{1});
  CHECK(eye(0).shape() == Shape{0, 0});
  CHECK(inverse(eye(0)).shape() == Shape{0, 0});
  CHECK(solve(zeros({0, 2, 2}), zeros({2, 3})).shape() == Shape{0, 2, 3});
  CHECK(matmul(zeros({5, 2, 0}), zeros({0, 3})).values() == std::vector<Real>(30, 0));
  CHECK(matmul(ones({2, 1, 3, 4}), ones({3, 4, 2})).shape() == Shape{2, 3, 3, 2});
  // The first pivot is zero: rows are exchanged.
  CHECK(solve(Tensor::from({2, 2}, {0, 1, 2, 0}), Tensor::from({2, 1}, {3, 4})).values() ==
        std::vector<Real>{2, 3});
  const Tensor many = counting({2000, 4, 4}) * Real(1e-4) + 3 * eye(4);  // shared between threads
  CHECK(difference(matmul(inverse(many), many), expand_to(eye(4), {2000, 4, 4})) < 1e-5);
}

TEST_CASE("floor and round: halves go to the even number") {
  const Tensor x = Tensor::from({6}, {Real(-1.5), Real(-0.5), Real(0.5), Real(1.5), Real(2.5), 7});
  CHECK(floor(x).values() == std::vector<Real>{-2, -1, 0, 1, 2, 7});
  CHECK(round(x).values() == std::vector<Real>{-2, 0, 0, 2, 2, 7});
  CHECK(grad(sum(floor(x) + round(x)), {x})[0].values() == std::vector<Real>(6, 0));
}

TEST_CASE("one_hot: rows with a one each") {
  CHECK(one_hot(Tensor::from({2}, {2, 0}), 3).values() == std::vector<Real>{0, 0, 1, 1, 0, 0});
}
