// CacheBuilder: makes the file of an ImageCache, a few thousand images at a time, and resumes the
// file of a builder that was killed.
//
//   CacheBuilder builder(path, layout, progress);  // waits while another process builds the same
//   while (!builder.is_made() && builder.done() < layout.files) builder.append(decoded);
//   builder.finish();
//
// The unfinished file, PATH.part, is locked (flock); the system releases the lock of a killed
// process. On a file system without locks, each process makes its own file, which cannot be
// resumed. The finished file survives a power cut and is renamed to PATH. Cost: writing the images,
// and a checksum of those already in a resumed file. Errors: CacheFailure if the file cannot be
// written; the caller can work without it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "datasets/image_cache.h"
#include "engine/check.h"

namespace datasets {

// Of some files in a row: their orientations, 0 for those that could not be read, and as many slots
// of pixels.
struct DecodedImages {
  std::string orientations = {}, pixels = {};
};

// The cache cannot be written.
class CacheFailure : public engine::Error {
 public:
  using Error::Error;
};

// The layout of an unfinished cache; nothing: there is none.
std::optional<CacheLayout> unfinished_cache(const std::string& path);

class CacheBuilder {
 public:
  using Progress = std::function<void(Index done, Index all)>;

  // `progress`, if there is one, is called while another process builds.
  CacheBuilder(const std::string& path, const CacheLayout& layout, const Progress& progress);
  ~CacheBuilder();
  CacheBuilder(const CacheBuilder&) = delete;
  CacheBuilder& operator=(const CacheBuilder&) = delete;

  bool is_made() const { return made_; }  // by the process that this one waited for
  Index done() const { return static_cast<Index>(orientations_.size()); }
  const std::string& orientations() const { return orientations_; }  // of the files done
  void append(const DecodedImages& next);
  void finish();
  void discard();  // drops the unfinished file

 private:
  void open_locked(const Progress& progress);
  void open_alone();
  void take_up();
  void require_room() const;
  [[noreturn]] void fail_to_write() const;

  const std::string path_;
  const CacheLayout layout_;
  std::string part_;
  int descriptor_ = -1;
  bool made_ = false, alone_ = false;
  std::string orientations_;
  std::string records_;  // kept between calls of append
};

}  // namespace datasets
