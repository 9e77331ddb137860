// The program `lipschitz`, started as a user would: input, output, exit status. Skipped if it is
// not built.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/datasets/scratch.h"
#include "tests/support/paths.h"

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const fs::path kLipschitz = fs::path(kBuildDir) / "tools/lipschitz/lipschitz";

struct Answer {
  int status;
  std::string text;  // both streams
};

Answer answer_to(const std::string& arguments) {
  const std::string command = kLipschitz.string() + " " + arguments + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  char buffer[4096];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) text += buffer;
  return {WEXITSTATUS(pclose(pipe)), text};
}

// The poster's example (values of lipschitz.json), in the file's format.
Json golden() {
  return Json::parse(R"json({
    "kernel_formula": "K[o,i,a,b] = ((7*o+5*i+3*a+2*b) mod 11) - 5",
    "m2": "u0[j]=((7*j) mod 13)-6 over the flattened feature map",
    "gradients": "L=sum(Gd*W), Gd[o,i,a,b]=((3*o+2*i+5*a+7*b) mod 7)-3",
    "analytic": [{"kernel": "[1,-1] as 1x1x1x2", "stride": 1, "padding": 0, "H": 1, "W": 4,
                  "sigma": 1.8477590650225735, "formula": "2cos(pi/2W)"}],
    "cases": [{
      "name": "poster", "kind": "conv2d", "weight_shape": [1, 1, 2, 2], "stride": [1, 1],
      "padding": [0, 0], "dilation": [1, 1], "groups": 1, "operator_shape": [4, 9],
      "input_shape": [1, 3, 3], "output_shape": [1, 2, 2], "note": "anything",
      "sv_top3": [8.135069552500969, 6.3899101632844, 5.400837722534782],
      "sv_top3_relative_check_eigh": 4e-16, "frobenius_sq": 152.0,
      "sigma_reshaped_R": 6.164414002968977,
      "sigma_reshapes_RSTU": [6.164414002968977, 6.08504366272913, 6.08504366272913,
                              6.164414002968977],
      "reads_per_axis_exact": [2, 2], "reads_per_axis_formula": [2, 2], "n": 4, "n_formula": 4,
      "tsuzuku_bound": 12.328828005937954, "tsuzuku_bound_formula": 12.328828005937954,
      "fantastic_four_bound": 12.17008732545826,
      "fft_circular_sigma_stride1_HxW": 10.0, "fft_circular_sigma_stride1_padded_grid": 10.0,
      "fft_circular_sigma_strided_HxW": 10.0, "gram_zero_t5": 10.000000000000002,
      "gram_zero_t6": 10.000000000000002, "gram_zero_polyphase_t6": 10.0, "torus_sup_polyphase_N64": 10.0,
      "gram_circular_t5_HxW": 10.0, "m2_sigma_after": {"1": 6.752924837804037},
      "relative_gap": 0.21452298323375174}]
})json");
}

std::string terms(int count) {
  std::string text = "7*o";
  for (int i = 1; i < count; ++i) text += "+7*o";
  return text;
}

// Where this stands in a file, lists in lists in lists are written.
const std::string kDeep = "100000 deep";

// What `check` says about this text as a file.
Answer check(const std::string& text) {
  const Scratch scratch;
  return answer_to("check " + scratch.write("check.json", text));
}

bool missing() {
  if (fs::exists(kLipschitz)) return false;
  MESSAGE("not built: " << kLipschitz.string());
  return true;
}

bool mentions(const Answer& outcome, const std::string& text) {
  return outcome.text.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("lipschitz check: agreement, disagreement") {
  if (missing()) return;
  Json file = golden();
  const Answer good = check(file.dump());
  CAPTURE(good.text);
  CHECK(good.status == 0);
  CHECK(mentions(good, "0 differ"));

  file["cases"][0]["tsuzuku_bound"] = 12.3288281;
  const Answer off = check(file.dump());
  CHECK(off.status == 1);
  CHECK(mentions(off, "7.6e-09 DIFFERS"));
}

TEST_CASE("lipschitz check: what a file lacks is named in one line") {
  if (missing()) return;
  struct Bad {
    const char* pointer;
    Json value;  // null: the field is removed
    const char* message;
  };
  const std::vector<Bad> all = {
      {"/cases/0/gram_zero_t6", nullptr, "case 'poster': field 'gram_zero_t6' is missing"},
      {"/cases/0/name", nullptr, "case number 0: field 'name' is missing"},
      {"/kernel_formula", nullptr, "field 'kernel_formula' is missing"},
      {"/cases/0/stride", "x", "case 'poster': field 'stride' must be 2 whole numbers from 1 up"},
      {"/cases/0/n", "x", "case 'poster': field 'n' must be like 4, not \"x\""},
      {"/cases/0/colour", 1, "case 'poster': field 'colour' is unknown"},
      {"/cases/0/weight", {1, 2}, "case 'poster': field 'weight' has 2 numbers, 4 are needed"},
      {"/cases/0/input_shape", {1, 1, 1}, "case 'poster': field 'input_shape' leaves no output"},
      {"/analytic/0/sigma", nullptr, "analytic number 0: field 'sigma' is missing"},
      {"/cases/0/groups", 1.5, "case 'poster': field 'groups' has the wrong type: 1.5"},
      {"/analytic/0/H", 1.5, "number 0: field 'H' has the wrong type: 1.5"},
      {"/analytic/0/W", 1, "analytic number 0: linear map: a kernel that reaches 2"},
      {"/analytic/0/kernel", "ones 999999x999999x3x3", "number 0: field 'kernel' is \"ones 999999"},
      {"/analytic/0/kernel", "ones 9999999x9999999x3x3", "field 'kernel' is \"ones 9999999"},
      {"/analytic/0/kernel", "[" + std::string(200'000, ' ') + "] as 1x1x1x2", "2 numbers in"},
      {"/cases/0/weight_shape", {1000, 1, 1000, 1000}, "field 'weight_shape' asks for 1e+09"},
      {"/cases/0/gram_zero_t0", 1.0, "field 'gram_zero_t0': gram_zero_padding: 0 iterations"},
      {"/kernel_formula", "K[o,i,a,b] = ((" + terms(100'000) + ") mod 11) - 5", "no formula \"K["},
      {"/cases/0/stride", kDeep, "field 'stride' must be 2 whole numbers from 1 up"},
      {"/cases/0/name", kDeep, "field 'name' has the wrong type"},
      {"/cases/0/sv_top3", kDeep, "field 'sv_top3' must be like ["},
  };
  for (const Bad& bad : all) {
    Json file = golden();
    const Json::json_pointer pointer(bad.pointer);
    CAPTURE(bad.message);
    if (bad.value.is_null())
      file[pointer.parent_pointer()].erase(pointer.back());
    else
      file[pointer] = bad.value;
    std::string text = file.dump();
    const std::string quoted = '"' + kDeep + '"';
    if (const std::size_t at = text.find(quoted); at != std::string::npos)
      text.replace(at, quoted.size(), std::string(100'000, '[') + std::string(100'000, ']'));
    const Answer outcome = check(text);
    CAPTURE(outcome.text);
    CHECK(outcome.status == 1);
    CHECK(mentions(outcome, bad.message));
  }
  CHECK(mentions(check(R"({"a": 1e999})"), "has a number that is too large for float64"));
  const std::string text = golden().dump();
  CHECK(mentions(check(text.substr(0, 300)), "no JSON from byte 301 of 300 on"));
  CHECK(mentions(check("hello"), "no JSON from byte 1 of 5 on"));
}

TEST_CASE("lipschitz check: a file without values is refused") {
  if (missing()) return;
  Json file = golden();
  file.erase("analytic");
  file["cases"] = Json::array();
  const Answer outcome = check(file.dump());
  CHECK(outcome.status == 1);
  CHECK(mentions(outcome, "holds no value to compare"));
}

// Output padding of the stride or more, which dilation allows, leaves room for another window.
TEST_CASE("lipschitz check: a transposed convolution with much output padding") {
  if (missing()) return;
  Json file = golden();
  Json& each = file["cases"][0];
  each["kind"] = "conv_transpose2d";
  each["dilation"] = {2, 2};
  each["output_padding"] = {1, 1};
  each["input_shape"] = {1, 2, 2};
  each["output_shape"] = {1, 5, 5};
  each["operator_shape"] = {4, 25};
  const Answer outcome = check(file.dump());
  CAPTURE(outcome.text);
  CHECK(mentions(outcome, "values compared"));  // it came to the end
  for (const char* field : {"operator_shape", "input_shape", "output_shape"}) {
    const std::size_t at = outcome.text.find(field);
    REQUIRE(at != std::string::npos);
    CHECK(outcome.text.substr(at, outcome.text.find('\n', at) - at).ends_with(" ok"));
  }
}

// Two equal singular values: any mean of their gradients is one, and nothing can be compared.
TEST_CASE("lipschitz check: a gradient that is not determined is not said to agree") {
  if (missing()) return;
  Json file = golden();
  Json& each = file["cases"][0];
  each["weight"] = {1, 0, 0, 0};
  each["dsigma_dK"] = {1, 1, 1, 1};
  const Answer outcome = check(file.dump());
  CAPTURE(outcome.text);
  CHECK(mentions(outcome, "1 not compared"));
  CHECK_FALSE(mentions(outcome, "inf"));
}

TEST_CASE("lipschitz check: clipping of a matrix that no formula tells") {
  if (missing()) return;
  Json file = golden();
  const double s = 4;  // diag(4, 1), clipped to a ratio of 2
  file["spectral_gradient_clipping"] = {
      {"matrix", "G: a diagonal, 2x2"},
      {"G", {s, 0, 0, 1}},
      {"cases",
       {{{"r", 2}, {"sv_before", {s, 1}}, {"sv_after", {2, 1}}, {"clipped", {2, 0, 0, 1}}}}}};
  const Answer good = check(file.dump());
  CAPTURE(good.text);
  CHECK(good.status == 0);
  CHECK(mentions(good, "has an unknown form; G is used as given"));
  file["spectral_gradient_clipping"]["matrix"] = "G: a diagonal, 3x2";
  CHECK(mentions(check(file.dump()), "in which no AxB makes 4 numbers"));
}

TEST_CASE("lipschitz check: an all-zero weight has no NaN, and no gradient") {
  if (missing()) return;
  Json file = golden();
  Json& zero = file["cases"][0];
  zero["weight"] = {0, 0, 0, 0};
  const Answer outcome = check(file.dump());
  CHECK(outcome.status == 1);  // the stored values are another weight's
  CHECK_FALSE(mentions(outcome, "nan"));
  zero["dsigma_dK"] = {0, 0, 0, 0};
  CHECK(mentions(check(file.dump()),
                 "case 'poster': field 'dsigma_dK': norm_gradient: undefined, because the map"));
}

TEST_CASE("lipschitz conv: a table, and bad usage") {
  if (missing()) return;
  const Answer table =
      answer_to("conv --weight 3x2 --in 2 --out 3 --size 5 --stride 2 --dilation 2");
  CHECK(table.status == 0);
  for (const char* row : {"audited", "exact", "Fantastic Four", "Method 1", "certified"})
    CHECK(mentions(table, row));
  CHECK(
      mentions(answer_to("conv --transposed --weight 3 --in 3 --out 2 --size 4 --stride 1 --pad 0 "
                         "--dilation 2 --output-padding 1"),
               "x [1, 4, 4, 3] -> y [1, 9, 9, 2]"));
  CHECK(answer_to("conv --weight axb").status == 2);
  CHECK(answer_to("conv --sise 3").status == 2);
  CHECK(answer_to("").status == 2);
  CHECK(answer_to("conv --help").status == 0);
  CHECK(answer_to("conv --weight 9 --size 2 --pad 0").status == 1);
  CHECK(answer_to("check /nowhere/at/all").status == 1);
}
