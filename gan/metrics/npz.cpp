#include "gan/metrics/npz.h"

#include <zip.h>

#include <algorithm>
#include <utility>

#include "engine/check.h"
#include "engine/file.h"

namespace gan::metrics {
namespace {

using engine::check;

constexpr zip_uint64_t kMostDeflated = 1032;  // bytes from one: what zlib's format can reach

std::string text_of(zip_error_t& error) {
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

zip* open_bytes(const std::string& bytes, const std::string& path) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip* opened = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr;
  if (!opened && source) zip_source_free(source);
  check(opened != nullptr, path, ": is not an .npz (zip) file: ", opened ? "" : text_of(error));
  zip_error_fini(&error);
  return opened;
}

struct Closer {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

}  // namespace

Npz::Npz(const std::string& path) : Npz(engine::read_file(path), path) {}

Npz::Npz(std::string bytes, std::string path)
    : bytes_(std::move(bytes)), path_(std::move(path)), zip_(open_bytes(bytes_, path_)) {}

Npz::~Npz() { zip_discard(zip_); }

std::vector<std::string> Npz::names() const {
  std::vector<std::string> found;
  const zip_int64_t count = zip_get_num_entries(zip_, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(zip_, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    if (std::string file = name ? name : ""; file.ends_with(".npy"))
      found.push_back(file.substr(0, file.size() - 4));
  }
  return found;
}

bool Npz::has(const std::string& name) const {
  return zip_name_locate(zip_, (name + ".npy").c_str(), ZIP_FL_ENC_RAW) >= 0;
}

NpyArray Npz::array(const std::string& name) const {
  const std::string what = path_ + ": array '" + name + "'";
  const zip_int64_t index = zip_name_locate(zip_, (name + ".npy").c_str(), ZIP_FL_ENC_RAW);
  check(index >= 0, path_, ": holds no array '", name, "'");
  const auto at = static_cast<zip_uint64_t>(index);
  zip_stat_t about;
  const bool known = zip_stat_index(zip_, at, 0, &about) == 0 &&
                     (about.valid & ZIP_STAT_SIZE) != 0 && (about.valid & ZIP_STAT_COMP_SIZE) != 0;
  check(known && about.comp_size <= bytes_.size() &&
            about.size / kMostDeflated <= about.comp_size + 1,
        what, ": its sizes in the zip file are not possible");
  const std::unique_ptr<zip_file_t, Closer> file(zip_fopen_index(zip_, at, 0));
  check(file != nullptr, what, ": cannot be read: ", zip_strerror(zip_));
  std::string bytes;
  const auto read_up_to = [&](std::size_t end) {
    std::size_t done = bytes.size();
    bytes.resize(end);
    while (done < end) {
      const zip_int64_t read = zip_fread(file.get(), bytes.data() + done, end - done);
      check(read > 0, what, ": is damaged or cut off after ", done, " of ", about.size, " bytes");
      done += static_cast<std::size_t>(read);
    }
  };
  read_up_to(std::min<std::size_t>(about.size, kNpyFront));
  check_npy_length(bytes, about.size, what);  // before more is unpacked than it promises
  read_up_to(about.size);
  char more = 0;  // the checksum is compared when the end is seen
  check(zip_fread(file.get(), &more, 1) == 0, what, ": is damaged: its checksum does not fit");
  return parse_npy(bytes, what);
}

std::string write_npz(const std::map<std::string, NpyArray>& arrays) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  check(target != nullptr, "npz: ", zip_error_strerror(&error));
  zip_source_keep(target);  // to be read once the archive is closed
  zip* archive = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  check(archive != nullptr, "npz: ", zip_error_strerror(&error));
  std::vector<std::string> files;  // the archive takes them when it is closed
  for (const auto& [name, array] : arrays) files.push_back(write_npy(array));
  auto file = files.begin();
  for (const auto& [name, array] : arrays) {
    zip_source_t* source = zip_source_buffer(archive, file->data(), file->size(), 0);
    const zip_int64_t index = zip_file_add(archive, (name + ".npy").c_str(), source, 0);
    check(index >= 0, "npz: ", zip_strerror(archive));
    const auto at = static_cast<zip_uint64_t>(index);
    zip_set_file_compression(archive, at, ZIP_CM_STORE, 0);
    zip_file_set_dostime(archive, at, 0, 0x21, 0);  // 1980: the same arrays give the same bytes
    ++file;
  }
  const bool closed = zip_close(archive) == 0;
  check(closed, "npz: ", zip_strerror(archive));
  zip_stat_t about;
  zip_stat_init(&about);
  check(zip_source_stat(target, &about) == 0 && zip_source_open(target) == 0,
        "npz: the archive cannot be read back");
  std::string bytes(about.size, '\0');
  const zip_int64_t read = zip_source_read(target, bytes.data(), bytes.size());
  zip_source_close(target);
  zip_source_free(target);
  check(read == static_cast<zip_int64_t>(bytes.size()), "npz: the archive cannot be read back");
  return bytes;
}

}  // namespace gan::metrics
