#include "tools/lipschitz/check.h"

#include <algorithm>

#include "engine/file.h"

namespace lipschitz {

using engine::check;

namespace {

// Fields that define the case, which reads them itself.
const std::vector<std::string> kGiven = {"name",    "kind",     "weight_shape", "stride",
                                         "padding", "dilation", "groups",       "output_padding",
                                         "note",    "weight"};
const std::vector<std::string> kSections = {"description",
                                            "kernel_formula",
                                            "convention",
                                            "m2",
                                            "n",
                                            "gradients",
                                            "analytic",
                                            "cases",
                                            "spectral_gradient_clipping"};

bool one_of(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Number or null (which another value may have instead of a number), list, object.
bool of_one_form(const Json& stored, const Json& computed) {
  const auto form = [](const Json& json) {
    return json.is_number() || json.is_null() ? Json::value_t::null : json.type();
  };
  if (form(stored) != form(computed)) return false;
  if (stored.is_structured() && stored.empty()) return false;  // nothing would be compared
  return !stored.is_structured() || std::all_of(stored.begin(), stored.end(),
                                                [](const Json& each) { return each.is_number(); });
}

void check_case(const Json& stored, const std::string& path, const Formulas& formulas,
                std::size_t number, Report& report) {
  const auto name =
      value<std::string>(stored, path + ": case number " + std::to_string(number), "name");
  const std::string where = path + ": case '" + name + "'";

  for (const auto& entry : stored.items()) {
    const std::string& key = entry.key();
    int n = 0;
    const bool known =
        one_of(kGiven, key) || std::any_of(fields().begin(), fields().end(),
                                           [&](const Field& f) { return matches(f, key, n); });
    check(known, where, ": field '", key, "' is unknown");
  }
  for (const Field& f : fields())
    for (const std::string& required : required_names(f)) field(stored, where, required);
  GoldenCase golden = within(where, [&] { return GoldenCase(stored, where, formulas); });
  const bool linear = stored.at("kind") == "linear";
  for (const Field& each : fields()) {
    for (const auto& [key, element] : stored.items()) {
      int n = 0;
      if (!matches(each, key, n)) continue;
      const std::string place = where + ": field '" + key + "'";
      const Json& kept = element;
      Json computed = within(place, [&] { return each.compute(golden, kept, n); });
      if (linear && key.ends_with("put_shape") && kept.size() == 1) computed = {computed[0]};
      check(of_one_form(kept, computed), place, " must be like ", shown(computed), ", not ",
            shown(kept));
      const Difference difference = compare(kept, computed, each.comparison);
      const bool excused = difference.error > kTolerance && each.condition;
      const double tolerance = kTolerance * (excused ? each.condition(golden) : 1);
      constexpr double kMost = 1e-2;  // two digits; with fewer anything would agree
      if (tolerance > kMost)
        report.undetermined(name, key);
      else
        report.row(name, key, difference, tolerance);
    }
  }
  report.end_case(name);
}

}  // namespace

bool check_file(const std::string& path, bool brief) {
  const std::string text = engine::read_file(path);
  Json file;
  try {
    file = Json::parse(text);
  } catch (const Json::parse_error& error) {
    engine::fail(path, ": no JSON from byte ", error.byte, " of ", text.size(), " on");
  } catch (const Json::out_of_range&) {
    engine::fail(path, ": has a number that is too large for float64");
  }
  check(file.is_object(), path, ": an object with the field 'cases' is needed");
  for (const auto& [key, unused] : file.items())
    check(one_of(kSections, key), path, ": field '", key, "' is unknown");
  const auto header = [&](const char* name, const char* left) {
    return Formula(path + ": field '" + name + "'", value<std::string>(file, path, name), left);
  };
  const Formulas formulas = {header("kernel_formula", "K[o,i,a,b]"), header("m2", "u0[j]"),
                             header("gradients", "Gd[o,i,a,b]")};
  const Json& cases = field(file, path, "cases");
  check(cases.is_array(), path, ": field 'cases' must be a list");

  Report report(brief);
  for (std::size_t i = 0; i < cases.size(); ++i) check_case(cases[i], path, formulas, i, report);
  if (file.contains("analytic"))
    check_analytic(file["analytic"], path + ": analytic", formulas.kernel, report);
  if (file.contains("spectral_gradient_clipping"))
    check_clipping(file["spectral_gradient_clipping"], path + ": spectral_gradient_clipping",
                   formulas.kernel, report);
  check(!report.empty(), path, ": holds no value to compare");
  report.summary();
  return report.agrees();
}

}  // namespace lipschitz
