#include "gan/constraints.h"

#include <charconv>
#include <cmath>
#include <map>
#include <regex>
#include <sstream>

#include "gan/table.h"
#include "layers/layers.h"

namespace gan {
namespace {

using engine::check;
using engine::Index;
using engine::Real;
using layers::Constraint;

struct Arguments {
  std::map<std::string, double> values;
  Index layers = 1;  // that share a network_k

  Real real(const char* name) const { return static_cast<Real>(values.at(name)); }
  int whole(const char* name) const {
    const double value = values.at(name);
    check(value == std::floor(value), name, "=", value, " is not a whole number");
    return static_cast<int>(value);
  }
  layers::Target target() const {
    const double network_k = values.at("network_k");
    const double k =
        network_k > 0 ? std::pow(network_k, 1.0 / static_cast<double>(layers)) : values.at("k");
    return {.k = static_cast<Real>(k),
            .mode = flag("at_most") ? layers::Mode::at_most : layers::Mode::equal,
            .through_scale = flag("through_scale")};
  }
  bool flag(const char* name) const {
    const double value = values.at(name);
    check(value == 0 || value == 1, name, "=", value, " is neither 0 nor 1");
    return value == 1;
  }
};

struct Row {
  std::string name;
  Arguments defaults;
  const char* help;
  Constraint (*make)(const Arguments&);  // null: the weight stays as it is
};

// What constraints that scale to a norm take; zeros and ones are switches.
Arguments scaled(std::map<std::string, double> own = {}) {
  own.insert({{"k", 1}, {"network_k", 0}, {"at_most", 0}, {"through_scale", 1}});
  return {own};
}

std::span<const Row> rows() {
  // clang-format off
  static const std::vector<Row> table = {
      {"none", {}, "the weights as they are", nullptr},
      {"spectral", scaled({{"iterations", 1}}),
       "k W / the norm of the reshaped kernel (Miyato et al. 2018)",
       [](const Arguments& a) -> Constraint {
         return layers::SpectralNorm{.iterations = a.whole("iterations"), .target = a.target()};
       }},
      {"toeplitz", scaled({{"iterations", 1}}),
       "k W / the norm of the convolution itself (Sargent, Method 2)",
       [](const Arguments& a) -> Constraint {
         return layers::ToeplitzNorm{.iterations = a.whole("iterations"), .target = a.target()};
       }},
      {"tsuzuku", scaled({{"iterations", 1}}),
       "k W / (sqrt(n) the norm of the reshaped kernel): from above (Method 1)",
       [](const Arguments& a) -> Constraint {
         return layers::TsuzukuNorm{.iterations = a.whole("iterations"), .target = a.target()};
       }},
      {"gram", scaled({{"iterations", 2}}),
       "k W / a certified bound by Gram iteration; costly (Delattre et al. 2024)",
       [](const Arguments& a) -> Constraint {
         return layers::GramNorm{.iterations = a.whole("iterations"), .target = a.target()};
       }},
      {"frobenius", scaled(), "k W / the root of the sum of squares",
       [](const Arguments& a) -> Constraint { return layers::FrobeniusNorm{a.target()}; }},
      {"weight-norm", {{{"k", 1}, {"gain", 0}}},
       "each output's weights to norm k, or a learned one (Salimans and Kingma 2016)",
       [](const Arguments& a) -> Constraint {
         return layers::WeightNorm{.gain = a.flag("gain"), .k = a.real("k")};
       }},
      {"clip", {{{"c", 0.01}}}, "each weight clipped to [-c, c] (Arjovsky et al. 2017)",
       [](const Arguments& a) -> Constraint { return layers::WeightClip{.c = a.real("c")}; }},
      {"clamp", {{{"r", 2}, {"iterations", 1}}},
       "the largest singular value at most r times the second (Brock et al. 2018)",
       [](const Arguments& a) -> Constraint {
         return layers::SpectralClamp{.r = a.real("r"), .iterations = a.whole("iterations")};
       }},
      {"aol", {{{"k", 1}}}, "almost orthogonal, norm at most k (Prach and Lampert 2022)",
       [](const Arguments& a) -> Constraint { return layers::Aol{.k = a.real("k")}; }},
      {"bjorck", {{{"steps", 12}}}, "nearest orthonormal kernel; after spectral (Anil et al. 2019)",
       [](const Arguments& a) -> Constraint { return layers::Bjorck{.steps = a.whole("steps")}; }},
  };
  // clang-format on
  return table;
}

// Reads text as items of this form, each followed by the separator or the end, and hands the match
// of each to `visit`. False if the text is not of that form.
template <class Visit>
bool each(const std::string& text, const std::string& item, const std::string& separator,
          Visit visit) {
  const std::regex form("\\s*" + item + "\\s*(" + separator + "|$)");
  auto position = text.cbegin();
  std::smatch match;
  do {
    if (!std::regex_search(position, text.cend(), match, form,
                           std::regex_constants::match_continuous))
      return false;
    position = match[0].second;
    visit(match);
  } while (match[match.size() - 1].length() > 0);
  return true;
}

// Switches may be 0; everything else must be more.
double number(const std::string& name, const std::string& text, bool may_be_zero) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  check(error == std::errc() && rest == end && std::isfinite(value) &&
            (value > 0 || (may_be_zero && value == 0)),
        "argument ", name, "=", text, " is not a number greater than 0");
  return value;
}

std::string form(const Row& row) {
  std::ostringstream text;
  text << row.name;
  const char* before = "(";
  for (const auto& [name, value] : row.defaults.values) {
    text << before << name << '=' << value;
    before = ", ";
  }
  return text.str() + (row.defaults.values.empty() ? "" : ")");
}

Arguments arguments(const Row& row, const std::string& text) {
  Arguments result = row.defaults;
  if (text.empty()) return result;
  const bool read = each(text, "([a-z_]+)\\s*=\\s*([^,\\s]+)", ",", [&](const std::smatch& match) {
    const auto entry = result.values.find(match[1]);
    check(entry != result.values.end(), "there is no argument '", match[1].str(), "' in ",
          form(row));
    const bool is_switch = match[1] == "at_most" || match[1] == "through_scale" ||
                           match[1] == "gain" || match[1] == "network_k";
    entry->second = number(match[1], match[2], is_switch);
  });
  check(read, "arguments (", text, ") are not of the form ", form(row));
  return result;
}

}  // namespace

std::vector<Constraint> parse_constraints(const std::string& text, Index layers) {
  std::vector<Constraint> chain;
  try {
    const bool read =
        each(text, "([a-z-]+)\\s*(?:\\(([^()]*)\\))?", "\\+", [&](const std::smatch& match) {
          const Row& row = find(rows(), "constraint", match[1]);
          Arguments given = arguments(row, match[2]);
          given.layers = layers;
          if (row.make) chain.push_back(row.make(given));
        });
    check(read, "is not of the form name(argument=value, ...), joined by +");
  } catch (const engine::Error& error) {
    engine::fail("d.constraint=", text, ": ", error.what());
  }
  return chain;
}

std::vector<std::string> constraint_names() {
  std::vector<std::string> names;
  for (const Row& row : rows())
    if (row.make) names.push_back(row.name);
  return names;
}

std::string describe_constraints() {
  std::ostringstream text;
  for (const Row& row : rows()) text << "  " << form(row) << "\n      " << row.help << '\n';
  return text.str();
}

}  // namespace gan
