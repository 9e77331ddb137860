// A folder of image files as a data set. image_list.h defines files and classes, image_file.h the
// formats.
//
// `resize` = N scales the shorter side to N and crops the center; without it all images must have
// the same size. `channels` = 0 gives one channel if all images are stored as gray, else three.
// The EXIF orientation is applied if `orientation` says so; otherwise a note counts the images with
// one. Files that cannot be read are skipped and counted in notes(). Decoded images are kept in a
// cache outside the folder (image_cache.h) and read from there one by one, unless `cache` is false
// or the cache cannot be written (a note says so): then they are in memory.
// Cost: decoding, once, on all cores; from the cache only the attributes of the files are read, and
// memory holds their names. Errors: a missing or empty folder; sizes that differ (names two files);
// over 1% unreadable; read(): a damaged cache entry of an image whose file has changed since.
#pragma once

#include <memory>
#include <string>

#include "datasets/dataset.h"

namespace datasets {

// Opens images:DIR.
std::unique_ptr<Dataset> open_image_folder(const std::string& folder, const OpenOptions& options);

}  // namespace datasets
