// A folder of image files as a data set: which files and classes, see image_list.h; which formats,
// see image_file.h.
//
// `resize` = N scales the shorter side to N and crops the centre; without it all images must have
// one size. `channels` = 0 gives grey images one channel if all of them are stored grey, else
// three. EXIF's orientation is applied if `orientation` says so; else a note counts what is
// not upright. Files that cannot be read are skipped and counted in notes(). Decoded images are
// kept in a cache outside the folder (image_cache.h) unless `cache` is false.
// Cost: a byte of memory a channel of a pixel, of three at first; decoding runs on all cores.
// Errors: a missing or empty folder; sizes that differ (names two files); over 1% unreadable.
#pragma once

#include <memory>
#include <string>

#include "datasets/dataset.h"

namespace datasets {

std::unique_ptr<Dataset> open_image_folder(const std::string& folder, const OpenOptions& options);

}  // namespace datasets
