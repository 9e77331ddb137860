// TensorBoard's events: records framed as TFRecord says, messages that hold what was logged.
#include "gan/run/event_log.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <vector>

#include "datasets/image_grid.h"
#include "engine/engine.h"
#include "engine/file.h"
#include "tests/datasets/scratch.h"
#include "tests/support/events.h"

namespace {

using engine::read_file;
using gan::run::EventLog;
using gan::run::events::Event;

TEST_CASE("event log: sums of bytes as published") {
  CHECK(gan::run::crc32c("123456789") == 0xe3069283);            // the check value of CRC-32C
  CHECK(gan::run::crc32c(std::string(32, '\0')) == 0x8a9136aa);  // RFC 3720, B.4
  CHECK(gan::run::masked(0) == 0xa282ead8);
}

TEST_CASE("event log: a file begins with its version; scalars and pictures follow") {
  const Scratch scratch;
  EventLog log(scratch.path(), 0);
  CHECK(std::filesystem::path(log.path()).filename().string().starts_with("events.out.tfevents."));
  log.scalars(50, {{"d_loss", 1.5}, {"g_loss", -0.25}});
  datasets::save_grid(scratch / "grid.png", engine::zeros({6, 4, 5, 3}), {.columns = 3});
  const std::string png = read_file(scratch / "grid.png");
  log.picture(60, "samples", png);

  const std::vector<Event> events = events_of(log.path());
  REQUIRE(events.size() == 3);
  CHECK(events[0].file_version() == "brain.Event:2");
  CHECK(events[0].wall_time() > 1.6e9);  // after 2020, in seconds
  CHECK(events[1].step() == 50);
  REQUIRE(events[1].summary().value_size() == 2);
  CHECK(events[1].summary().value(0).tag() == "d_loss");
  CHECK(events[1].summary().value(0).simple_value() == 1.5f);
  CHECK(events[1].summary().value(1).simple_value() == -0.25f);
  CHECK(events[2].step() == 60);
  const auto& image = events[2].summary().value(0).image();
  CHECK(image.encoded_image_string() == png);
  CHECK(image.width() == 3 * 5 + 2 * 2);  // two white pixels between neighbors
  CHECK(image.height() == 2 * 4 + 2);
  CHECK(image.colorspace() == 3);
}

TEST_CASE("event log: a run that goes on writes another file, which voids what came later") {
  const Scratch scratch;
  const EventLog first(scratch.path(), 0), second(scratch.path(), 100);
  CHECK(first.path() != second.path());
  CHECK(first.path() < second.path());  // TensorBoard reads them in the order of their names
  const std::vector<Event> events = events_of(second.path());
  REQUIRE(events.size() == 2);
  CHECK(events[1].step() == 101);
  CHECK(events[1].session_log().status() == 1);
  CHECK(events_of(first.path()).size() == 1);
}

TEST_CASE("event log: what is no picture, and folders that are not there") {
  const Scratch scratch;
  EventLog log(scratch.path(), 0);
  CHECK(says(complaint([&] { log.picture(1, "samples", "\x89PNG"); }), "samples", "PNG"));
  CHECK(says(complaint([&] { EventLog(scratch / "missing", 0); }), "missing", "No such file"));
}

}  // namespace
