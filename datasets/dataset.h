// Dataset: a numbered list of images of one size, as bytes, each with a class label.
//
//   auto data = datasets::open("cifar10:/data/cifar10", {.resize = 0});
//   std::vector<std::uint8_t> pixels(data->image_size());
//   data->read(7, pixels.data());                       // [height, width, channels], 0..255
//
// Sets from files are decoded once, when opened, and kept as bytes, in memory or (folders of images)
// in a cache on disk. Reading is const and thread-safe. Nothing here prints: information for the
// user (such as skipped images) is in `notes()`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/real.h"
#include "engine/table.h"

namespace datasets {

using engine::Index;

// The description of a data set.
struct Info {
  std::string name;         // "cifar10"
  std::string description;  // one line for a log: name, split, source
  Index size = 0;           // number of images
  int height = 0, width = 0, channels = 0;
  std::vector<std::string> class_names = {};  // label -> name
  std::vector<std::string> notes = {};        // one line each
};

class Dataset {
 public:
  virtual ~Dataset() = default;
  Dataset(const Dataset&) = delete;
  Dataset& operator=(const Dataset&) = delete;

  // Copies image i, 0 <= i < size(), to image_size() bytes: [height, width, channels].
  virtual void read(Index i, std::uint8_t* pixels) const = 0;
  virtual int label(Index i) const = 0;

  // A hash of the images, kept where they are stored for programs that compute it
  // (gan/metrics/content_hash.h); "": none was kept.
  virtual std::string kept_hash() const { return ""; }
  virtual void keep_hash(const std::string&) const {}

  Index size() const { return info_.size; }
  int height() const { return info_.height; }
  int width() const { return info_.width; }
  int channels() const { return info_.channels; }
  Index image_size() const { return Index{height()} * width() * channels(); }
  int classes() const { return static_cast<int>(info_.class_names.size()); }
  const std::vector<std::string>& class_names() const { return info_.class_names; }
  const std::string& name() const { return info_.name; }
  const std::string& description() const { return info_.description; }
  const std::vector<std::string>& notes() const { return info_.notes; }

 protected:
  explicit Dataset(Info info) : info_(std::move(info)) {}

 private:
  Info info_;
};

constexpr int kLargestResize = 1024;  // the largest side that `resize` takes

// What to do with the EXIF orientation of an image.
enum class Orientation { ignore, apply };

// How to open a data set.
struct OpenOptions {
  int resize = 0;     // side of square images; 0 keeps their own size (see each set's header)
  int channels = 0;   // 1: gray, 3: RGB, converted if necessary; 0: as stored
  bool test = false;  // the test split, for sets that have one
  bool cache = true;  // keep decoded image folders in the user's cache folder
  std::string cache_folder = {};  // in this folder instead
  Orientation orientation =
      Orientation::ignore;  // EXIF orientation; ignored by default, as in PIL.Image.open
  int resize_advice = 0;    // the size that messages suggest; 0: one that fits the images
  // Names of `resize` and `orientation` in messages; "": there is no such option.
  const char* resize_option = "--set data.resize=";
  const char* orientation_option = "--set data.orientation=";
  // Called now and then while many images are decoded.
  std::function<void(Index done, Index all)> progress = {};
};

// A kind of data set.
struct Kind {
  const char* name;
  bool folder;  // written name:DIR; else only the name
  std::unique_ptr<Dataset> (*open)(const std::string& folder, const OpenOptions& options);
};
engine::Table<Kind>& kinds();

// The forms of a SPEC: "shapes", "cifar10:DIR" and so on.
std::vector<std::string> forms();

bool names_folder(const std::string& spec);  // whether it is of the form NAME:DIR

// Opens one of these forms, DIR being a folder. Errors: an unknown form, and whatever the set's own
// header lists.
std::unique_ptr<Dataset> open(const std::string& spec, const OpenOptions& options = {});

// The `resize` that messages suggest for images of this size: the shorter side, rounded up to a
// multiple of 8, within the limits of `resize`.
int fitting_side(Index height, Index width);

}  // namespace datasets
