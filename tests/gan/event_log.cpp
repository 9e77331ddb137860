// TensorBoard's events: records framed as TFRecord says, messages that hold what was logged.
#include "gan/event_log.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <vector>

#include "datasets/image_grid.h"
#include "engine/engine.h"
#include "engine/file.h"
#include "gan/event.pb.h"
#include "tests/datasets/scratch.h"

namespace {

using engine::read_file;
using gan::EventLog;
using gan::events::Event;

std::uint64_t number(const std::string& bytes, std::size_t offset, int size) {
  std::uint64_t value = 0;
  for (int i = size - 1; i >= 0; --i)
    value = value << 8 | static_cast<std::uint8_t>(bytes.at(offset + i));
  return value;
}

// CRC-32C bit by bit, by the definition: division by the polynomial 0x1EDC6F41, bits reflected.
std::uint32_t crc_by_definition(const std::string& bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes)
    for (int bit = 0; bit < 8; ++bit) {
      const bool one = (crc ^ static_cast<std::uint8_t>(byte) >> bit) & 1;
      crc = crc >> 1 ^ (one ? 0x82f63b78 : 0);
    }
  return ~crc;
}

// Every event of a file; each record's two sums are checked.
std::vector<Event> events_of(const std::string& path) {
  const std::string bytes = read_file(path);
  std::vector<Event> events;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t length = number(bytes, at, 8);
    const std::string data = bytes.substr(at + 12, length);
    CHECK(number(bytes, at + 8, 4) == gan::masked(crc_by_definition(bytes.substr(at, 8))));
    CHECK(number(bytes, at + 12 + length, 4) == gan::masked(crc_by_definition(data)));
    CHECK(events.emplace_back().ParseFromString(data));
    at += 16 + length;
  }
  CHECK(at == bytes.size());
  return events;
}

TEST_CASE("event log: sums of bytes as published") {
  CHECK(gan::crc32c("123456789") == 0xe3069283);            // the check value of CRC-32C
  CHECK(gan::crc32c(std::string(32, '\0')) == 0x8a9136aa);  // RFC 3720, B.4
  CHECK(gan::masked(0) == 0xa282ead8);
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
  CHECK(image.width() == 3 * 5 + 2 * 2);  // two white pixels between neighbours
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
