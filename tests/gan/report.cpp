// gan report: a self-contained, well-formed page that shows the runs' data.
#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>

#include "datasets/image_file.h"
#include "datasets/image_grid.h"
#include "engine/file.h"
#include "engine/tensor.h"
#include "gan/report/chart.h"
#include "gan/report/html.h"
#include "gan/report/run_data.h"
#include "tests/support/program.h"

namespace {

using engine::read_file;
using gan::report::Chart;

// Whether each tag is closed by its own, as far as HTML demands it.
bool is_balanced(const std::string& html) {
  std::vector<std::string> open;
  for (std::size_t at = 0; (at = html.find('<', at)) != html.npos;) {
    const std::size_t end = html.find('>', at);
    if (end == html.npos) return false;
    const std::string_view tag = std::string_view(html).substr(at + 1, end - at - 1);
    at = end;
    const bool closes = tag.starts_with('/');
    const std::string name(tag.substr(closes, tag.find_first_of(" /", 1) - closes));
    if (name == "meta" || name == "img" || tag.ends_with('/')) continue;
    if (!closes) {
      open.push_back(name);
    } else {
      if (open.empty() || open.back() != name) return false;
      open.pop_back();
    }
  }
  return open.empty();
}

TEST_CASE("report: text is safe, data links hold RFC 4648's examples") {
  CHECK(gan::report::escaped("a<b & \"c\"\n'") == "a&lt;b &amp; &quot;c&quot;\\n&#39;");
  const char* expected[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
  for (std::size_t n = 0; n <= 6; ++n)
    CHECK(gan::report::data_uri("t/x", std::string("foobar").substr(0, n)) ==
          std::string("data:t/x;base64,") + expected[n]);
}

TEST_CASE("report: axes are marked at round numbers inside their range") {
  using gan::report::ticks;
  CHECK(ticks(0, 10, 5, false) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(ticks(0.9, 120, 5, true) == std::vector<double>{1, 10, 100});
  CHECK(ticks(1e17, 1e17 + 16, 5, false).size() <= 11);  // steps below rounding: it ends
  for (const double low : {-3.7, 0.0, 1e-9, 250.0})
    for (const double size : {1e-12, 0.3, 17.0, 1e6}) {
      const auto found = ticks(low, low + size, 5, false);
      CHECK(found.size() <= 7);
      for (const double tick : found) CHECK((tick >= low - size * 1e-6 && tick <= low + size));
    }
}

TEST_CASE("report: a chart leaves out what cannot be drawn, and keeps it in its data") {
  Chart chart{.name = "c",
              .title = "t < u",
              .x_label = "x",
              .y_label = "y",
              .caption = "See.",
              .log_y = true};
  CHECK(as_html(chart).empty());
  chart.series.push_back({.name = "a", .points = {{0, 1}, {1, 0}, {2, 1.0 / 0.0}, {3, 100}}});
  const std::string html = as_html(chart);
  CHECK(is_balanced(html));
  CHECK(html.find("t &lt; u") != std::string::npos);
  CHECK(html.find("nan") == std::string::npos);
  CHECK(html.find(gan::report::data_uri("text/csv",
                                        "series,x,y,error\na,0,1,\na,1,0,\na,2,inf,\n"
                                        "a,3,100,\n")) != std::string::npos);
  chart = {.name = "c", .title = "t", .categories = {"one", "two"}, .bars = true};
  chart.series.push_back({.name = "a", .points = {{0, 2}, {1, 3}}});
  const std::string bars = as_html(chart);
  std::size_t rectangles = 0;
  for (std::size_t at = 0; (at = bars.find("<rect", at)) != bars.npos; ++at) ++rectangles;
  CHECK(rectangles == 3);  // one in the legend
}

TEST_CASE("report: a few far values do not flatten a chart that may trim its axis") {
  Chart chart{.name = "c", .title = "t", .trim_y = true};
  chart.series.push_back({.name = "a"});
  for (int i = 0; i < 100; ++i) chart.series[0].points.push_back({i + 0.0, i % 10 / 10.0});
  CHECK(as_html(chart).find("central") == std::string::npos);
  chart.series[0].points[0].y = 4e6;
  const std::string html = as_html(chart);
  CHECK(html.find("The axis spans the central 94 %") != std::string::npos);
  CHECK(html.find(">0.8</text>") != std::string::npos);
  CHECK(html.find(">4e+06</text>") == std::string::npos);
  CHECK(html.find(gan::report::data_uri("text/csv", "series,x,y,error\na,0,4000000,\na,1,0.1,\n")
                      .substr(0, 50)) != std::string::npos);
  for (int i = 0; i < 50; ++i) chart.series[0].points[i].y = 4e6;  // not a few
  CHECK(as_html(chart).find("central") == std::string::npos);
}

TEST_CASE("report: grids are cropped to rows of images at their own size") {
  const Scratch scratch;
  std::vector<engine::Real> values;
  for (int i = 0; i < 64 * 8 * 8 * 3; ++i)
    values.push_back(static_cast<float>(i % 255) / 127.5F - 1);
  datasets::save_grid(scratch / "grid.png", engine::Tensor::from({64, 8, 8, 3}, values),
                      {.columns = 8, .scale = 2});
  scratch.write("cropped.png", gan::report::cropped_grid(scratch / "grid.png", 8, 8, 2));
  const datasets::Image image = datasets::decode_image(scratch / "cropped.png");
  CHECK(image.width == 8 * 10 - 2);
  CHECK(image.height == 2 * 10 - 2);
  for (int y = 0; y < 8; ++y)  // of the second image
    for (int x = 0; x < 24; ++x)
      CHECK(static_cast<unsigned char>(image.pixels[(y * image.width + 10) * 3 + x]) ==
            (192 + y * 24 + x) % 255);
  CHECK(gan::report::cropped_grid(scratch / "grid.png", 9, 8, 2) ==
        read_file(scratch / "grid.png"));
}

TEST_CASE("report: of a run and of a sweep, with nothing from elsewhere") {
  const Scratch scratch;
  const std::string tiny = " --steps 4 --set batch=2 g.batch=2 gradients_every=2 ";
  REQUIRE(kGan.run(scratch, "gan train --preset sn-small --out run" + tiny +
                                "audit_every=2 "
                                "log_every=2 sample_every=2")
              .status == 0);
  REQUIRE(kGan.run(scratch, "gan sweep --preset sn-small --vary g.lr=1e-4,1e38 --seeds 1 --out s" +
                                tiny + "data=images:run/samples data.resize=8")
              .status == 0);
  for (const std::string what : {"run", "s", "run s"}) {
    CAPTURE(what);
    const Outcome outcome = kGan.run(scratch, "gan report " + what + " --out page.html");
    CHECK(outcome.err == "");
    REQUIRE(outcome.status == 0);
    CHECK(outcome.out == "page.html\n");
    const std::string page = read_file(scratch / "page.html");
    CHECK(page.starts_with("<!DOCTYPE html>"));
    CHECK(page.size() < 1'000'000);
    CHECK(is_balanced(page.substr(page.find("<html"))));
    for (const char* outside : {"http:", "https:", "<script", "src=\"/", "url(", "@import"})
      CHECK(page.find(outside) == std::string::npos);
    for (const char* part : {"Samples through training", "Gradients", "Spectra", "Audit", "gan ",
                             "prefers-color-scheme", "@media print", "SHA-256"})
      CHECK(page.find(part) != std::string::npos);
  }
  CHECK(read_file(scratch / "page.html").find("diverged at") != std::string::npos);
  // Whatever a table lacks is left out.
  for (const std::string table : {"log.csv", "gradients.csv", "audit.csv"}) {
    const std::string whole = read_file(scratch / ("run/" + table));
    const std::size_t header = whole.find('\n');
    for (std::size_t at = 0; at != whole.npos && at < header; at = whole.find(',', at + 1)) {
      std::string damaged = whole;
      damaged[at + 1] = '?';
      CAPTURE(damaged.substr(0, header));
      scratch.write("run/" + table, damaged);
      CHECK(kGan.run(scratch, "gan report run --out page.html").status == 0);
    }
    scratch.write("run/" + table, whole);
  }
  CHECK(kGan.refused(kGan.run(scratch, "gan report nothing"), 1, "nothing"));
  CHECK(kGan.refused(kGan.run(scratch, "gan report cache"), 1, "cache"));
  CHECK(kGan.refused(kGan.run(scratch, "gan report"), 2, "FOLDER"));
  CHECK(kGan.refused(kGan.run(scratch, "gan report run --out no/page.html"), 1, "no/page.html"));
}

}  // namespace
