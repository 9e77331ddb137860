// A float32 sum is the double one, rounded once, and bit-identical for any number of threads.
#include <doctest/doctest.h>
#include <omp.h>

#include "tests/support/draw.h"

using namespace tests;

namespace {

constexpr Index kMany = 1'300'003;  // prime: no chunk or lane fits evenly

// Numbers near `mean`, as Real holds them.
Tensor many(const Shape& shape, double mean, double spread) {
  return Draw(11).uniform(shape, mean - spread, mean + spread).tensor();
}

// Relative to the expected number itself. One rounding to Real is half of the last place, 6e-8;
// in the double build the reference's own rounding of 10^6 additions counts too.
double relative(double got, double expected) {
  return std::abs(got - expected) / std::abs(expected);
}
constexpr double kOnce = kDouble ? 1e-12 : 6.1e-8;

double sum_of(
    const Tensor& x, double (*term)(double) = [](double v) { return v; }) {
  long double total = 0;
  for (const Real v : x.values()) total += term(v);
  return static_cast<double>(total);
}

}  // namespace

TEST_CASE("accuracy: sums and means of a million numbers with a large mean") {
  const Tensor x = many({kMany}, 1000, 1);
  CHECK(relative(engine::sum(x).item(), sum_of(x)) < kOnce);
  // The mean rounds twice: the sum, and its division.
  CHECK(relative(engine::mean(x).item(), sum_of(x) / kMany) < 2 * kOnce);
  // norm = sqrt(sum of squares): the squares round, independently; the sum and the root once each.
  const double square = sum_of(x, [](double v) { return v * v; });
  CHECK(relative(engine::norm(x).item(), std::sqrt(square)) < 3 * kOnce);
}

TEST_CASE("accuracy: sums over either end of an array") {
  const Tensor x = many({1009, 1297}, 1000, 1);
  const Host host(x);
  std::vector<double> rows(1009), columns(1297);
  for_each_position(host.shape, [&](const Position& p) {
    rows[p[0]] += host.at(p);
    columns[p[1]] += host.at(p);
  });
  CHECK(difference(Host(engine::sum(x, {1})).values, rows) < kOnce);
  CHECK(difference(Host(engine::sum(x, {0})).values, columns) < kOnce);
}

TEST_CASE("accuracy: moments where the mean is a thousand deviations") {
  const Index channels = 3, rows = 400'009;
  const Tensor x = many({rows, channels}, 1000, 1);
  const Host host(x), moments(engine::moments(x));
  for (Index c = 0; c < channels; ++c) {
    long double mean = 0, variance = 0;
    for (Index i = 0; i < rows; ++i) mean += host.at({i, c});
    mean /= rows;
    for (Index i = 0; i < rows; ++i)
      variance += (host.at({i, c}) - mean) * (host.at({i, c}) - mean);
    variance /= rows;
    CHECK(relative(moments.at({0, c}), static_cast<double>(mean)) < kOnce);
    CHECK(relative(moments.at({1, c}), static_cast<double>(variance)) < kOnce);
  }
}

TEST_CASE("accuracy: averages of large windows, and the gradients of overlapping ones") {
  const Tensor x = many({1, 61, 67, 70}, 1000, 1);
  const Host host(x), pooled(engine::average_pool(x, {.kernel = {61, 67}}));
  for (const Index channel : {0, 69}) {
    double total = 0;
    for (Index h = 0; h < 61; ++h)
      for (Index w = 0; w < 67; ++w) total += host.at({0, h, w, channel});
    CHECK(relative(pooled.at({0, 0, 0, channel}), total / (61 * 67)) < kOnce);
  }
  // Of the pixel in the middle, which all windows hold and whose value is the largest.
  const Index windows = 31;
  Tensor peak = engine::zeros({1, 61, 61, 1});
  std::vector<Real> values = peak.values();
  values[30 * 61 + 30] = 1;
  engine::overwrite(peak, values);
  const Tensor g = many({1, windows, windows, 1}, 1000, 1);
  const engine::PoolOptions options{.kernel = 31, .stride = 1};
  const auto middle = [&](const Tensor& y) {
    return Host(engine::grad(y, {peak}, false, g)[0]).at({0, 30, 30, 0});
  };
  CHECK(relative(middle(engine::max_pool(peak, options)), sum_of(g)) < kOnce);
  CHECK(relative(middle(engine::average_pool(peak, options)), sum_of(g) / (31 * 31)) < kOnce);
}

TEST_CASE("accuracy: rows of a table that are added to many times") {
  const Index n = 100'003, width = 70;
  const Tensor y = many({n, width}, 1000, 1);
  std::vector<Real> rows(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<Real>(i % 7 == 0 ? 1 : 3);
  const Host host(y), table(engine::scatter_add(y, Tensor::from({n}, rows), 4));
  std::vector<double> expected(4 * width);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < width; ++j)
      expected[static_cast<std::size_t>(rows[i]) * width + j] += host.at({i, j});
  CHECK(difference(table.values, expected) < kOnce);
}

TEST_CASE("accuracy: the maximum finds one element among many, and NaN stays visible") {
  std::vector<Real> values(static_cast<std::size_t>(kMany), Real(-3));
  values[kMany - 2] = -1;
  CHECK(engine::max(Tensor::from({kMany}, values)).item() == -1);
  values[17] = std::numeric_limits<Real>::quiet_NaN();
  CHECK(std::isnan(engine::max(Tensor::from({kMany}, values)).item()));
  CHECK(std::isnan(engine::sum(Tensor::from({kMany}, values)).item()));
  const Tensor image =
      Tensor::from({1, 2, 2, 1}, {1, std::numeric_limits<Real>::quiet_NaN(), 3, 2});
  CHECK(std::isnan(engine::max_pool(image, {.kernel = 2}).item()));
}

TEST_CASE("accuracy: the same bits for one thread and for two") {
  const Tensor x = many({700, 1201}, 3, 2), g = many({700, 1201}, 0, 1);
  const Tensor gamma = many({1201}, 1, 1), beta = many({1201}, 0, 1);
  const auto all = [&] {
    const Tensor y = engine::batch_norm(x, gamma, beta, engine::moments(x), Real(1e-5));
    std::vector<Tensor> results = engine::grad(y, {x, gamma, beta}, false, g);
    for (const Tensor& r :
         {engine::sum(x), engine::sum(x, {0}), engine::sum(x, {1}), engine::max(x, {0}),
          engine::moments(x), engine::norm(x), engine::softmax(x), engine::uniform({100'000}),
          engine::normal({100'000}), engine::tanh(x) * g})
      results.push_back(r);
    return results;
  };
  const int before = omp_get_max_threads();
  omp_set_num_threads(1);
  engine::seed(3);
  const std::vector<Tensor> one = all();
  omp_set_num_threads(2);
  engine::seed(3);
  const std::vector<Tensor> two = all();
  omp_set_num_threads(before);
  for (std::size_t i = 0; i < one.size(); ++i) {
    CAPTURE(i);
    CHECK(one[i].values() == two[i].values());
  }
}
