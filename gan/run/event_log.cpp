#include "gan/run/event_log.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>

#include "engine/check.h"
#include "engine/file.h"
#include "gan/run/event.pb.h"

namespace gan::run {
namespace {

using events::Event;

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// A name that is not taken, for two stretches may begin within a second.
std::string free_name(const std::string& folder) {
  char host[256] = "localhost";
  gethostname(host, sizeof(host) - 1);
  const std::string stem = folder + "/events.out.tfevents." +
                           std::to_string(static_cast<long long>(seconds_since_1970())) + "." +
                           host + "." + std::to_string(getpid());
  for (int n = 0;; ++n) {
    std::string path = stem + "." + std::to_string(n);
    if (!std::filesystem::exists(path)) return path;
  }
}

template <class Number>
std::string little_endian(Number number) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(number); ++i)
    bytes += static_cast<char>(number >> (8 * i) & 0xff);
  return bytes;
}

std::string record(const std::string& data) {
  const std::string length = little_endian(std::uint64_t{data.size()});
  return length + little_endian(masked(crc32c(length))) + data +
         little_endian(masked(crc32c(data)));
}

Event event_at(Index step) {
  Event event;
  event.set_wall_time(seconds_since_1970());
  event.set_step(step);
  return event;
}

// A number of four bytes in a PNG file, most significant first.
int png_number(std::string_view png, std::size_t offset) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i)
    number = number << 8 | static_cast<std::uint8_t>(png[offset + i]);
  return static_cast<int>(number);
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static const auto table = [] {
    constexpr std::uint32_t polynomial = 0x82f63b78;  // reflected
    std::array<std::uint32_t, 256> rows;
    for (std::uint32_t i = 0; i < 256; ++i) {
      rows[i] = i;
      for (int bit = 0; bit < 8; ++bit) rows[i] = rows[i] >> 1 ^ (rows[i] & 1 ? polynomial : 0);
    }
    return rows;
  }();
  std::uint32_t crc = ~0U;
  for (const char byte : bytes)
    crc = crc >> 8 ^ table[(crc ^ static_cast<std::uint8_t>(byte)) & 255];
  return ~crc;
}

std::uint32_t masked(std::uint32_t crc) { return (crc >> 15 | crc << 17) + 0xa282ead8; }

EventLog::EventLog(const std::string& folder, Index step) : path_(free_name(folder)) {
  Event version = event_at(0);
  version.set_file_version("brain.Event:2");
  write(version.SerializeAsString());
  if (step == 0) return;
  Event start = event_at(step + 1);
  start.mutable_session_log()->set_status(1);
  write(start.SerializeAsString());
}

void EventLog::scalars(Index step, const std::map<std::string, double>& values) {
  Event event = event_at(step);
  for (const auto& [tag, value] : values) {
    events::Summary::Value& entry = *event.mutable_summary()->add_value();
    entry.set_tag(tag);
    entry.set_simple_value(static_cast<float>(value));
  }
  write(event.SerializeAsString());
}

void EventLog::picture(Index step, const std::string& tag, std::string_view png) {
  // Signature, length and name of the first chunk; then width, height, depth and colour type.
  constexpr std::size_t width = 16, height = 20, colour = 25, end = 33;
  engine::check(png.size() >= end && png.starts_with("\x89PNG"), path_, ": '", tag,
                "' is not a PNG image");
  Event event = event_at(step);
  events::Summary::Value& entry = *event.mutable_summary()->add_value();
  entry.set_tag(tag);
  events::Summary::Image& image = *entry.mutable_image();
  image.set_width(png_number(png, width));
  image.set_height(png_number(png, height));
  image.set_colorspace(png[colour] == 0 ? 1 : 3);
  image.set_encoded_image_string(std::string(png));
  write(event.SerializeAsString());
}

void EventLog::write(const std::string& event) { engine::append_file(path_, record(event)); }

void EventLog::sync() const { engine::sync_file(path_); }

}  // namespace gan::run
