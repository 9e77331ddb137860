// EventLog: the records of a run as TensorBoard reads them: tensorboard --logdir RUN
//
//   EventLog log("runs/mine", step);
//   log.scalars(100, {{"d_loss", 1.2}, {"g_loss", 0.3}});
//   log.picture(100, "samples", png);
//
// Every session writes its own file, events.out.tfevents.TIME.HOST.PID; after a resume it begins by
// invalidating later steps of earlier files. Format: TFRecords (length, its masked CRC-32C, an
// Event message, its masked CRC-32C), as tensorboard/compat/tensorflow_stub/io/tf_record and
// event.proto define them.
// Cost: one small write per call. Errors: a file that cannot be written, with the system's reason
// (no part of the record is kept); bytes that are not a PNG.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "engine/real.h"

namespace gan::run {

using engine::Index;

class EventLog {
 public:
  EventLog(const std::string& folder, Index step);  // continues after `step`; 0: from the start

  void scalars(Index step, const std::map<std::string, double>& values);
  void picture(Index step, const std::string& tag, std::string_view png);

  void sync() const;  // the records survive a power cut from now on

  const std::string& path() const { return path_; }

 private:
  void write(const std::string& event);
  std::string path_;
};

// CRC-32C (Castagnoli), and the form in which TFRecords store it.
std::uint32_t crc32c(std::string_view bytes);
std::uint32_t masked(std::uint32_t crc);

}  // namespace gan::run
