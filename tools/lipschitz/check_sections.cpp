#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <regex>

#include "engine/linalg.h"
#include "gan/console/printable.h"
#include "layers/lipschitz/gradient_clipping.h"
#include "layers/lipschitz/toeplitz.h"
#include "tools/lipschitz/check.h"

namespace lipschitz {

using namespace engine;

namespace {

constexpr std::size_t kReadable = 200;  // characters: std::regex recurses for each

void known_fields(const Json& object, const std::string& where,
                  const std::vector<std::string>& names) {
  check(object.is_object(), where, ": must be an object");
  for (const auto& [key, unused] : object.items())
    check(std::find(names.begin(), names.end(), key) != names.end(), where, ": field '", key,
          "' is unknown");
  for (const std::string& name : names) field(object, where, name);
}

// "ones 1x1x3x3", "[1,-1] as 1x1x1x2" or, by the file's formula, "kern 4x3x3x3": values in the
// order [o, i, a, b].
Tensor parse_kernel(const std::string& where, const std::string& text, const Formula& formula) {
  static const std::regex pattern(
      R"((ones|kern|as)[ (](\d{1,6})[x,](\d{1,6})[x,](\d{1,6})[x,](\d{1,6})\)?)");
  const bool listed = text.starts_with('[');
  const std::size_t end = listed ? text.find(']') : 0;  // of the list, which may be long
  const std::string list = listed && end != std::string::npos ? text.substr(0, end + 1) : "";
  const std::string form = text.substr(std::min(text.size(), list.size() + (listed ? 1 : 0)));
  std::smatch match;
  constexpr std::size_t kLongest = 60;
  check(form.size() < kLongest && std::regex_match(form, match, pattern) &&
            (match[1] == "as") == listed,
        where, ": field 'kernel' is \"", text.substr(0, kLongest),
        "\"; \"ones 1x1x3x3\", \"[1,-1] as 1x1x1x2\" and \"kern 4x3x3x3\" are known");
  Shape shape;
  double all = 1;
  for (int i = 2; i < 6; ++i) {
    shape.push_back(std::stoll(match[i]));
    all *= static_cast<double>(shape[i - 2]);
  }
  constexpr double kMost = 1e6;
  check(all >= 1 && all <= kMost, where, ": field 'kernel' is \"", text.substr(0, kLongest),
        "\": not a possible kernel");
  if (match[1] == "ones") return ones({shape[0], shape[2], shape[3], shape[1]});
  if (match[1] == "kern") {
    std::vector<Real> values;
    for (Index at = 0; at < shape.size(); ++at) {
      const Index b = at % shape[3], a = at / shape[3] % shape[2];
      const Index i = at / (shape[2] * shape[3]) % shape[1], o = at / (shape.size() / shape[0]);
      values.push_back(static_cast<Real>(formula({o, i, a, b})));
    }
    return permute(Tensor::from(shape, values), {0, 2, 3, 1});
  }
  const Json values = Json::parse(list, nullptr, false);
  bool good = values.is_array() && static_cast<Index>(values.size()) == shape.size();
  for (const Json& number : values) good = good && number.is_number();
  check(good, where, ": field 'kernel' needs ", shape.size(), " numbers in \"",
        text.substr(0, kLongest), "\"");
  return permute(Tensor::from(shape, values.get<std::vector<Real>>()), {0, 2, 3, 1});
}

// The closed forms, by their texts; nothing for others. W and H are the image's.
std::optional<double> closed_form(const std::string& text, double h, double w) {
  constexpr double pi = std::numbers::pi;
  if (text == "(1+2cos(pi/(H+1)))(1+2cos(pi/(W+1)))")
    return (1 + 2 * std::cos(pi / (h + 1))) * (1 + 2 * std::cos(pi / (w + 1)));
  if (text == "2cos(pi/2W)") return 2 * std::cos(pi / (2 * w));
  if (text == "4cos(pi/2H)cos(pi/2W)") return 4 * std::cos(pi / (2 * h)) * std::cos(pi / (2 * w));
  return std::nullopt;
}

// The matrix G described by the text: kern(o,i,a,b) reshaped, plus a matrix of rank one. Empty for
// other texts.
std::vector<double> described(const std::string& where, const std::string& text,
                              const Formula& formula, Index& rows, Index& columns) {
  static const std::regex pattern(
      R"(G = kern\((\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})\) reshaped (\d{1,6})x(\d{1,6}) \+ (\d{1,6})\*\(row\+1\)\*\(\(col mod (\d{1,6})\)-(\d{1,6})\))");
  std::smatch match;
  if (text.size() > kReadable || !std::regex_match(text, match, pattern)) return {};
  const auto number = [&](int i) { return static_cast<Index>(std::stoll(match[i])); };
  const Index in = number(2), kh = number(3), kw = number(4), modulus = number(8);
  rows = number(5);
  columns = number(6);
  constexpr Index kMost = 1 << 24;
  check(rows == number(1) && columns == in * kh * kw && modulus > 0 && rows * columns <= kMost,
        where, ": field 'matrix' contradicts itself: \"", text, "\"");
  std::vector<double> values;
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < columns; ++c) {
      const Index i = c / (kh * kw), a = c / kw % kh, b = c % kw;
      values.push_back(formula({r, i, a, b}) +
                       static_cast<double>(number(7) * (r + 1) * (c % modulus - number(9))));
    }
  return values;
}

// The first AxB in the text that is `size` numbers.
void find_extents(const std::string& where, const std::string& text, Index size, Index& rows,
                  Index& columns) {
  static const std::regex pattern(R"((\d{1,6})x(\d{1,6}))");
  const std::string readable = text.substr(0, kReadable);
  for (std::sregex_iterator it(readable.begin(), readable.end(), pattern), end; it != end; ++it) {
    rows = std::stoll((*it)[1]);
    columns = std::stoll((*it)[2]);
    if (size > 0 && rows * columns == size) return;
  }
  fail(where, ": field 'matrix' is \"", readable, "\", in which no AxB makes ", size,
       " numbers, as field 'G' has");
}

Tensor matrix_from(const std::vector<double>& values, Index rows, Index columns) {
  return Tensor::from({rows, columns}, {values.begin(), values.end()});
}

std::vector<double> all_values(const Tensor& x) {
  const std::vector<Real> values = x.values();
  return {values.begin(), values.end()};
}

}  // namespace

void check_analytic(const Json& section, const std::string& path, const Formula& kernel_formula,
                    Report& report) {
  check(section.is_array(), path, " must be a list");
  for (std::size_t i = 0; i < section.size(); ++i) {
    const std::string name = "analytic " + std::to_string(i),
                      where = path + " number " + std::to_string(i);
    const Json& stored = section[i];
    known_fields(stored, where, {"kernel", "stride", "padding", "H", "W", "sigma", "formula"});
    const auto whole_number = [&](const char* field, Index least) {
      const auto number = value<Index>(stored, where, field);
      check(number >= least && number <= 10'000, where, ": field '", field, "' is ", number);
      return number;
    };
    const Index h = whole_number("H", 1), w = whole_number("W", 1);
    const Tensor kernel =
        parse_kernel(where, value<std::string>(stored, where, "kernel"), kernel_formula);
    const auto map = layers::LinearMap::conv(
        kernel, {.stride = whole_number("stride", 1), .padding = whole_number("padding", 0)}, h, w);
    const double norm = within(where, [&] { return spectral_norm(layers::toeplitz(map)); });
    const auto formula = value<std::string>(stored, where, "formula");
    const auto exact = closed_form(formula, static_cast<double>(h), static_cast<double>(w));
    const Json& sigma = stored["sigma"];
    report.row(name, "sigma (of the matrix)", compare(sigma, norm, Comparison::relative));
    if (exact)
      report.row(name, "sigma (by its formula)", compare(sigma, *exact, Comparison::relative));
    else
      gan::console::note("lipschitz: " + where + ": formula \"" + formula +
                         "\" is not known, the matrix is");
    report.end_case(name);
  }
}

void check_clipping(const Json& section, const std::string& path, const Formula& kernel_formula,
                    Report& report) {
  known_fields(section, path, {"matrix", "G", "cases"});
  Index rows = 0, columns = 0;
  const auto text = value<std::string>(section, path, "matrix");
  const std::vector<double> told = described(path, text, kernel_formula, rows, columns);
  const auto given = value<std::vector<double>>(section, path, "G");
  if (told.empty()) {
    find_extents(path, text, static_cast<Index>(given.size()), rows, columns);
    gan::console::note("lipschitz: " + path + ": matrix \"" + text.substr(0, 200) +
                       "\" has an unknown form; G is used as given");
  } else {
    report.row("clipping", "G", compare(section["G"], told, Comparison::relative));
    check(given.size() == told.size(), path, ": field 'G' has ", given.size(),
          " numbers, 'matrix' ", told.size());
  }
  const Tensor g = matrix_from(given, rows, columns);
  report.end_case("clipping");

  const Json& cases = section["cases"];
  check(cases.is_array(), path, ": field 'cases' must be a list");
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string where = path + " case " + std::to_string(i);
    known_fields(cases[i], where, {"r", "sv_before", "sv_after", "clipped"});
    const auto r = value<double>(cases[i], where, "r");
    check(static_cast<Real>(r) > 1, where, ": field 'r' is ", r, ", it must be larger than 1");
    const std::string name = "clipping r=" + cases[i]["r"].dump();
    // The second value converges as (s2 / s1)^4 per iteration: enough for any distinct values.
    layers::SpectralGradientClipping clipping{.r = static_cast<Real>(r), .iterations = 1000};
    const Tensor clipped = clipping(g).gradient;
    report.row(name, "sv_before",
               compare(cases[i]["sv_before"], singular_values(g), Comparison::relative));
    report.row(name, "sv_after",
               compare(cases[i]["sv_after"], singular_values(clipped), Comparison::relative));
    report.row(name, "clipped",
               compare(cases[i]["clipped"], all_values(clipped), Comparison::relative));
    report.end_case(name);
  }
}

}  // namespace lipschitz
