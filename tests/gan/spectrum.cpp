// gan spectrum where Toeplitz matrices are too large to decompose, and the picture's script.
#include "gan/analysis/spectrum.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "tests/support/program.h"

namespace {

using engine::read_file;

// The fields of the first row of a CSV file that begins so.
std::vector<std::string> row(const std::string& csv, const std::string& start) {
  std::istringstream lines(csv);
  std::vector<std::string> fields;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(start)) continue;
    std::istringstream in(line);
    for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
    break;
  }
  return fields;
}

TEST_CASE("gan spectrum: of large images the largest values, and the circulant beside them") {
  const Scratch scratch;
  REQUIRE(kGan.run(scratch,
                   "gan train --steps 1 --out run --set batch=2 g.batch=2 data.resize=64 "
                   "'d.constraint=spectral(k=2)'")
              .status == 0);
  const Outcome outcome = kGan.run(scratch, "gan spectrum run");
  CAPTURE(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(outcome.err.find("note: run: layer 0, toeplitz: ") != std::string::npos);
  CHECK(outcome.err.find(" largest values of 12288 come from Lanczos iteration") !=
        std::string::npos);
  const std::string csv = read_file(scratch / "run/spectrum/spectrum.csv");
  const std::string script = read_file(scratch / "run/spectrum/spectrum.gnuplot");
  const auto top = row(csv, "run,0,toeplitz,1,"), torus = row(csv, "run,0,circulant,1,");
  REQUIRE(top.size() == 9);
  REQUIRE(torus.size() == 9);
  const double sigma = std::stod(top[4]), certified = std::stod(top[8]);
  CHECK(top[6] == "12288");
  CHECK(std::stod(top[7]) == 2);
  CHECK(sigma > 1);
  CHECK(sigma <= certified * (1 + 1e-5));
  CHECK(std::stod(torus[4]) == doctest::Approx(sigma).epsilon(0.02));  // an image of 64 is large
  CHECK(row(csv, "run,0,toeplitz,10,").size() == 9);
  CHECK(row(csv, "run,0,circulant,12288,").size() == 9);
  CHECK(script.find("layer 0, toeplitz: ") != std::string::npos);
  CHECK(script.find(" largest of 12288'") != std::string::npos);
  CHECK(script.find("layer 0, circulant (torus, by Fourier)") != std::string::npos);
}

TEST_CASE(
    "spectrum plot: absolute values, k and the bound as lines, what is missing in the title") {
  const std::vector<gan::analysis::Spectrum> spectra = {
      {"a", "0", "reshaped", {3, 2, 1}, 3, 2.5, 3.5},
      {"a", "0", "toeplitz", {3.25}, 100, 2.5, 3.5},
      {"b", "0", "reshaped", {1}, 1, {}, 1.5},
      {"b", "0", "toeplitz", {2, 1}, 50, {}, 1.5},
  };
  const gan::console::Plot plot = gan::analysis::spectrum_plot(spectra, "folder");
  CHECK(plot.data ==
        "run,layer,matrix,index,value,relative,values,k,certified\n"
        "a,0,reshaped,1,3,1,3,2.5,3.5\na,0,reshaped,2,2,0.666666667,3,2.5,3.5\n"
        "a,0,reshaped,3,1,0.333333333,3,2.5,3.5\na,0,toeplitz,1,3.25,1,100,2.5,3.5\n"
        "b,0,reshaped,1,1,1,1,,1.5\nb,0,toeplitz,1,2,1,50,,1.5\nb,0,toeplitz,2,1,0.5,50,,1.5\n");
  const auto draws = [&](const std::string& part) {
    return plot.body.find(part) != std::string::npos;
  };
  CHECK(draws("$4 : NaN):5 with"));
  CHECK(draws("2.5 with lines dt 2"));
  CHECK(draws("1.5 with lines dt 3"));
  CHECK(draws("'layer 0, toeplitz: 2 largest of 50'"));
  CHECK(draws("; no circulant for layer 0'"));
}

TEST_CASE("spectrum plot: many values enter the data evenly, with both ends") {
  gan::analysis::Spectrum wide{.run = "a", .layer = "0", .matrix = "circulant", .size = 5000};
  for (int i = 5000; i > 0; --i) wide.values.push_back(i);
  const std::string data = gan::analysis::spectrum_plot({wide}, "folder").data;
  CHECK(std::count(data.begin(), data.end(), '\n') == 1001);
  CHECK(row(data, "a,0,circulant,1,").size() == 9);
  CHECK(row(data, "a,0,circulant,5000,").size() == 9);
  // So that the marks of the axis do not run into each other.
  CHECK(gan::analysis::spectrum_plot({wide}, "folder").body.find("set xtics 1000\n") !=
        std::string::npos);
}

}  // namespace
