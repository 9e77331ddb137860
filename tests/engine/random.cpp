// Random numbers: the generator against published vectors, the distributions against their laws,
// and the sequence against itself: saved, restored, with any thread count.
#include "engine/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "engine/philox.h"
#include "tests/support/host.h"

using namespace tests;
using namespace engine;

namespace {

constexpr Index kMany = 1'000'000;

struct Moments {
  double mean = 0, variance = 0, skewness = 0, kurtosis = 0;
};

Moments moments_of(const std::vector<double>& x) {
  const double n = static_cast<double>(x.size());
  Moments m;
  for (const double v : x) m.mean += v / n;
  for (const double v : x) m.variance += std::pow(v - m.mean, 2) / n;
  for (const double v : x) m.skewness += std::pow(v - m.mean, 3) / n;
  for (const double v : x) m.kurtosis += std::pow(v - m.mean, 4) / n;
  m.skewness /= std::pow(m.variance, 1.5);
  m.kurtosis /= m.variance * m.variance;
  return m;
}

// The largest distance between the empirical distribution and the law (Kolmogorov and Smirnov),
// times sqrt(n). Above 1.95 once in a thousand samples of that law; the seeds here are fixed.
template <class Law>
double kolmogorov_smirnov(std::vector<double> x, const Law& law) {
  std::sort(x.begin(), x.end());
  const double n = static_cast<double>(x.size());
  double most = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double p = law(x[i]), rank = static_cast<double>(i);
    most = std::max({most, std::abs(p - rank / n), std::abs(p - (rank + 1) / n)});
  }
  return most * std::sqrt(n);
}

double correlation(const std::vector<double>& x, std::size_t lag) {
  double xy = 0, xx = 0, mean = 0;
  for (const double v : x) mean += v / static_cast<double>(x.size());
  for (std::size_t i = 0; i + lag < x.size(); ++i) xy += (x[i] - mean) * (x[i + lag] - mean);
  for (const double v : x) xx += (v - mean) * (v - mean);
  return xy / xx;
}

}  // namespace

// From the authors' Random123 distribution, tests/kat_vectors, philox4x32-10. Counter words
// 0, 1 are `block`, 2, 3 are `stream`, low word first; key words are `seed`.
TEST_CASE("philox: the published known answers") {
  struct Known {
    std::uint64_t seed, stream, block;
    std::array<std::uint32_t, 4> words;
  };
  const std::uint64_t ones = ~std::uint64_t{0};
  const std::vector<Known> all = {
      {0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {ones, ones, ones, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {0x299f31d0a4093822,
       0x0370734413198a2e,
       0x85a308d3243f6a88,  // the digits of pi
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}};
  for (const Known& known : all) {
    const Random4 r = philox(known.seed, known.stream, known.block);
    for (int i = 0; i < 4; ++i) CHECK(r.word[i] == known.words[i]);
  }
}

TEST_CASE("random: the numbers of a draw are the words of consecutive blocks") {
  seed(5);
  const std::vector<Real> x = uniform({6}).values();
  for (std::uint32_t i = 0; i < 6; ++i)
    CHECK(x[i] == static_cast<Real>(philox(5, 0, i / 4).word[i % 4] >> 8) / Real(1 << 24));
  CHECK(random_state() == RandomState{5, 2});
  CHECK(uniform({1}).item() == static_cast<Real>(philox(5, 0, 2).word[0] >> 8) / Real(1 << 24));
}

TEST_CASE("random: uniform numbers") {
  seed(1);
  const Host x(uniform({kMany}, -1, 3));
  CHECK(*std::min_element(x.values.begin(), x.values.end()) >= -1);
  CHECK(*std::max_element(x.values.begin(), x.values.end()) < 3);
  const Moments m = moments_of(x.values);
  // Mean 1, variance 16/12, kurtosis 9/5; five standard errors of a million numbers each.
  CHECK(std::abs(m.mean - 1) < 5 * std::sqrt(16.0 / 12 / kMany));
  CHECK(std::abs(m.variance - 16.0 / 12) < 5 * 16.0 / 12 * std::sqrt(0.8 / kMany));
  CHECK(std::abs(m.kurtosis - 1.8) < 0.01);
  CHECK(kolmogorov_smirnov(x.values, [](double v) { return (v + 1) / 4; }) < 1.95);
  for (const std::size_t lag : {1, 2, 3, 4, 64}) CHECK(std::abs(correlation(x.values, lag)) < 5e-3);
}

TEST_CASE("random: uniform stays below its upper end, rounding or not") {
  // 1 + u rounds to 2 for the largest u of float32. Some of 2^26 numbers come that close.
  seed(2);
  for (int i = 0; i < 64; ++i) CHECK(engine::max(uniform({1 << 20}, 1, 2)).item() < 2);
}

TEST_CASE("random: normal numbers") {
  seed(1);
  const Host x(normal({kMany}, 2, 3));
  const Moments m = moments_of(x.values);
  // Standard errors: deviation / sqrt(n), variance sqrt(2 / n), sqrt(6 / n), sqrt(24 / n).
  CHECK(std::abs(m.mean - 2) < 5 * 3 / std::sqrt(1.0 * kMany));
  CHECK(std::abs(m.variance - 9) < 5 * 9 * std::sqrt(2.0 / kMany));
  CHECK(std::abs(m.skewness) < 5 * std::sqrt(6.0 / kMany));
  CHECK(std::abs(m.kurtosis - 3) < 5 * std::sqrt(24.0 / kMany));
  const auto law = [](double v) { return 0.5 * std::erfc(-(v - 2) / 3 / std::sqrt(2.0)); };
  CHECK(kolmogorov_smirnov(x.values, law) < 1.95);
  for (const std::size_t lag : {1, 2, 3, 4, 64}) CHECK(std::abs(correlation(x.values, lag)) < 5e-3);
}

TEST_CASE("random: a seed names a sequence, and a saved state continues it") {
  seed(42);
  const std::vector<Real> first = normal({5}).values(), second = uniform({7}).values();
  CHECK(first != std::vector<Real>(5, 0));
  seed(42);
  CHECK(normal({5}).values() == first);
  const RandomState between = random_state();
  CHECK(uniform({7}).values() == second);
  set_random_state(between);
  CHECK(uniform({7}).values() == second);
  seed(43);
  CHECK(normal({5}).values() != first);
}

TEST_CASE("random: impossible parameters are refused") {
  CHECK(error_of([] { uniform({2}, 1, 0); }).find("uniform") == 0);
  CHECK(error_of([] { normal({2}, 0, -1); }).find("normal") == 0);
  CHECK(uniform({3}, 2, 2).values() == std::vector<Real>{2, 2, 2});
}
