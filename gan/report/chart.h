// Chart: curves or bars as plain SVG in the page's colors, with a caption, a legend and its data one
// click away.
//
//   Chart chart{.name = "loss", .title = "Loss of the discriminator", .x_label = "step",
//               .y_label = "loss", .caption = "Falls, then ..."};
//   chart.series.push_back({.name = "seed 0", .points = {{0, 2.0}, {50, 1.4}}});
//   page += as_html(chart);
//
// Non-finite values, and on a logarithmic axis values not above 0, are omitted from the drawing,
// not from the data. With `trim_y`, an axis that a few far values would stretch more than threefold
// spans the central 94 % of the values, and the caption says so. A curve of more than 400 points is thinned evenly, keeping both ends. Cost:
// negligible. Errors: none; a chart without points is an empty string.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace gan::report {

struct Point {
  double x = 0, y = 0;
  double error = 0;  // half the length of its error bar
};

struct Series {
  std::string name;
  std::vector<Point> points = {};
  int color = 0;  // from 8 on, colors repeat with dashes
  bool markers = false;
  std::string legend = {};  // common name of several curves of one color; "": the name
};

struct Chart {
  std::string name;  // of the file with its data
  std::string title, x_label, y_label, caption;
  std::vector<std::string> categories = {};  // names of x = 0, 1, ...; none: x is a number
  bool log_y = false, bars = false, from_zero = false, trim_y = false;
  std::vector<Series> series = {};
};

std::string as_html(const Chart& chart);

// Round numbers within [low, high], about `count` of them; on a logarithmic axis powers of ten,
// with 2 and 5 between them where these are few.
std::vector<double> ticks(double low, double high, int count, bool logarithmic);

}  // namespace gan::report
