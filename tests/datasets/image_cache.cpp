#include "datasets/image_cache.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <thread>

#include "datasets/cache_builder.h"
#include "datasets/cache_format.h"
#include "engine/file.h"
#include "gan/metrics/content_hash.h"
#include "tests/datasets/desk.h"

namespace {

namespace fs = std::filesystem;
using namespace desks;
using datasets::CacheHeader;
using datasets::ImageCache;
using datasets::Index;

std::uint64_t key_of(const fs::path& cache) {
  return std::stoull(cache.stem().string().substr(7), nullptr, 16);
}

// The same cache with another first byte in every image.
void repaint(const fs::path& path, std::uint8_t level, Index files) {
  const auto old = ImageCache::open(path, key_of(path), files);
  REQUIRE(old);
  datasets::DecodedImages images{.orientations = old->orientations()};
  std::string pixels(old->layout().image_size(), '\0');
  for (Index i = 0; i < files; ++i) {
    REQUIRE(old->read(i, reinterpret_cast<std::uint8_t*>(pixels.data())));
    pixels[0] = static_cast<char>(level);
    images.pixels += pixels;
  }
  fs::remove(path);
  datasets::CacheBuilder builder(path, old->layout(), {});
  builder.append(images);
  builder.finish();
}

void write_pictures(const Desk& desk, int count) {
  for (int i = 0; i < count; ++i)
    desk.write("p" + std::to_string(100 + i) + ".png", png(8, 8, 3, i));
}

}  // namespace

TEST_CASE("images: the cache is used, checked, and done without") {
  const Desk desk;
  const std::string picture = desk.write("a.png", png(8, 8, 3, 5));
  CHECK(first_byte(*desk.open({.cache = false}), 0) == 5);
  CHECK(!fs::exists(desk.caches));
  CHECK(first_byte(*desk.open(), 0) == 5);
  const fs::path cache = desk.cache_file();
  const std::string good = engine::read_file(cache);

  repaint(cache, 77, 1);
  CHECK(first_byte(*desk.open(), 0) == 77);  // the cache is what is read
  const auto modified = fs::last_write_time(picture);

  SUBCASE("damaged") {
    for (const std::size_t i : {std::size_t{0}, good.size() / 2, good.size() - 1}) {
      std::string bad = good;
      bad[i] ^= 1;
      engine::write_file(cache, bad);
      CHECK(first_byte(*desk.open(), 0) == 5);
    }
    for (const std::string& bad : {good.substr(0, good.size() - 1), std::string()}) {
      engine::write_file(cache, bad);
      CHECK(first_byte(*desk.open(), 0) == 5);
    }
  }
  SUBCASE("of a file replaced by one of the same size and time") {
    desk.write("b.bmp", bmp(8, 8, 8));
    const auto before = fs::last_write_time(desk.folder + "/b.bmp");
    CHECK(first_byte(*desk.open(), 1) == 8);
    desk.write("b.bmp", bmp(8, 8, 9));
    fs::last_write_time(desk.folder + "/b.bmp", before);
    CHECK(first_byte(*desk.open(), 1) == 9);
  }
  SUBCASE("of other files") {
    desk.write("a.png", png(8, 8, 3, 6));
    fs::last_write_time(picture, modified + std::chrono::seconds(1));
    CHECK(first_byte(*desk.open(), 0) == 6);
  }
  SUBCASE("of another folder with the same files") {
    for (const int level : {8, 9}) {  // files of bare pixels are of one size
      const std::string folder = "set" + std::to_string(level);
      fs::last_write_time(desk.scratch.write(folder + "/a.bmp", bmp(8, 8, level)), modified);
      CHECK(first_byte(*datasets::open("images:" + (desk.scratch / folder)), 0) == level);
    }
  }
  SUBCASE("of an earlier format") {
    std::string old = good;
    old[7] = '3';
    engine::write_file(cache, old);
    CHECK(first_byte(*desk.open(), 0) == 5);
    CHECK(engine::read_file(cache) == good);
  }
  SUBCASE("not writable") {
    desk.write("a.png", png(8, 8, 3, 7));
    fs::remove_all(desk.caches);
    engine::write_file(desk.caches, "a file where the folder should be");
    const auto data = desk.open();
    CHECK(first_byte(*data, 0) == 7);
    REQUIRE(data->notes().size() == 1);
    CHECK(says(data->notes()[0], "in memory, without a cache: " + desk.caches));
  }
}

TEST_CASE("images: a cache that shrinks or is damaged while it is open costs only time") {
  const Desk desk;
  write_pictures(desk, 5);
  const auto data = desk.open();
  const fs::path cache = desk.cache_file();
  for (const std::uintmax_t size :
       {fs::file_size(cache) - 1, std::uintmax_t{300}, std::uintmax_t{0}}) {
    fs::resize_file(cache, size);
    for (int i = 0; i < 5; ++i) CHECK(first_byte(*data, i) == i);
    if (!fs::exists(cache)) break;  // known to be damaged: the next program makes another
  }
  CHECK(!fs::exists(cache));
  CHECK(first_byte(*desk.open(), 4) == 4);

  desk.write("p104.png", png(8, 8, 3, 9));  // its cached pixels are gone, and what it was
  CHECK(says(complaint([&] { first_byte(*data, 4); }), "p104.png: has changed", "start again"));
}

TEST_CASE("images: a cache with damage in one image shows the others") {
  const Desk desk;
  write_pictures(desk, 5);
  desk.open();
  const fs::path cache = desk.cache_file();
  repaint(cache, 77, 5);
  std::string bytes = engine::read_file(cache);
  const auto layout = ImageCache::open(cache, key_of(cache), 5)->layout();
  bytes[datasets::record_offset(layout, 2) + 100] ^= 4;
  engine::write_file(cache, bytes);
  const auto data = desk.open();
  for (int i = 0; i < 5; ++i) CHECK(first_byte(*data, i) == (i == 2 ? 2 : 77));
  CHECK(first_byte(*desk.open(), 0) == 0);  // made again
}

TEST_CASE("images: the cache of a killed builder is taken up") {
  const Desk desk;
  write_pictures(desk, 5);
  desk.open();
  const fs::path cache = desk.cache_file();
  repaint(cache, 77, 5);  // what is taken up can be told from what is decoded
  const std::string whole = engine::read_file(cache);
  const auto layout = ImageCache::open(cache, key_of(cache), 5)->layout();
  CacheHeader header{.layout = layout};
  const std::string part = cache.string() + ".part",
                    begun(reinterpret_cast<const char*>(&header), sizeof header),
                    records = whole.substr(sizeof header);
  const std::size_t record = datasets::record_size(layout);
  fs::remove(cache);
  const auto levels = [&](const std::string& unfinished) {
    engine::write_file(part, unfinished);
    const auto data = desk.open();
    std::vector<int> levels;
    for (int i = 0; i < 5; ++i) levels.push_back(first_byte(*data, i));
    CHECK(!fs::exists(part));
    fs::remove(cache);
    return levels;
  };
  using Levels = std::vector<int>;
  CHECK(levels(begun + records.substr(0, 2 * record)) == Levels{77, 77, 2, 3, 4});
  CHECK(levels(begun + records.substr(0, 2 * record + 30)) == Levels{77, 77, 2, 3, 4});
  CHECK(levels(begun + records.substr(0, 5 * record)) == Levels{77, 77, 77, 77, 77});
  std::string zeros = begun + records.substr(0, 5 * record);  // as a power cut leaves them
  std::fill(zeros.begin() + static_cast<std::ptrdiff_t>(begun.size() + record), zeros.end(), '\0');
  CHECK(levels(zeros) == Levels{77, 1, 2, 3, 4});
  CHECK(levels(begun + records.substr(record, 2 * record)) == Levels{0, 1, 2, 3, 4});
  header.layout.width = 4;
  CHECK(levels(std::string(reinterpret_cast<const char*>(&header), sizeof header) +
               records.substr(0, 2 * record)) == Levels{0, 1, 2, 3, 4});
  CHECK(levels("") == Levels{0, 1, 2, 3, 4});
  CHECK(levels("some other file") == Levels{0, 1, 2, 3, 4});
}

TEST_CASE("images: who finds a cache in the making waits for it") {
  const Desk desk;
  write_pictures(desk, 5);
  desk.open();
  const fs::path cache = desk.cache_file();
  const auto layout = ImageCache::open(cache, key_of(cache), 5)->layout();
  fs::remove(cache);
  Index seen = -1;
  std::optional<datasets::CacheBuilder> builder;
  builder.emplace(cache, layout, nullptr);
  const auto painted = [&](int images) {
    const std::string pixels(images * layout.image_size(), '\x4d');
    builder->append({.orientations = std::string(images, '\1'), .pixels = pixels});
  };
  painted(3);
  std::unique_ptr<datasets::Dataset> data;
  std::thread other([&] {
    data = desk.open({.progress = [&](Index done, Index) { seen = seen < 0 ? done : seen; }});
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(250));
  SUBCASE("until it is made") {
    painted(2);
    builder->finish();
    builder.reset();
    other.join();
    CHECK(first_byte(*data, 4) == 77);
  }
  SUBCASE("or left") {
    builder.reset();
    other.join();
    CHECK(first_byte(*data, 2) == 77);
    CHECK(first_byte(*data, 4) == 4);
  }
  SUBCASE("or removed") {
    builder->discard();
    builder.reset();
    other.join();
    CHECK(first_byte(*data, 2) == 2);
  }
  CHECK(seen == 3);
  CHECK(!fs::exists(cache.string() + ".part"));
}

TEST_CASE("images: a colored image after gray ones, also when the builder was killed") {
  const Desk desk;
  for (int i = 0; i < 5; ++i)
    desk.write("p" + std::to_string(i) + ".png", png(8, 8, i < 4 ? 1 : 3, i));
  for (int i = 0; i < 2; ++i) {
    const auto data = desk.open();
    CHECK(data->channels() == 3);
    for (int k = 0; k < 5; ++k) CHECK(first_byte(*data, k) == k);
  }
  const fs::path cache = desk.cache_file();
  repaint(cache, 77, 5);
  CacheHeader header;
  const std::string whole = engine::read_file(cache);
  std::memcpy(&header, whole.data(), sizeof header);
  header.checksum = 0;
  fs::remove(cache);
  engine::write_file(cache.string() + ".part",
                     std::string(reinterpret_cast<const char*>(&header), sizeof header) +
                         whole.substr(sizeof header, 2 * datasets::record_size(header.layout)));
  const auto data = desk.open();
  CHECK(first_byte(*data, 1) == 77);
  CHECK(first_byte(*data, 2) == 2);
}

TEST_CASE("images: a cache for which there is no room is done without") {
  const Desk desk;
  write_pictures(desk, 30);
  fs::create_directories(desk.caches + "/kantor");
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before = {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{4096, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto data = desk.open();
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(data->size() == 30);
  CHECK(first_byte(*data, 29) == 29);
  REQUIRE(data->notes().size() == 1);
  CHECK(says(data->notes()[0], "without a cache", "File too large"));
  CHECK(fs::is_empty(desk.caches + "/kantor"));
}

TEST_CASE("images: the hash of the images is kept in their cache") {
  using gan::metrics::content_hash;
  const Desk desk;
  write_pictures(desk, 5);
  const std::string hash = content_hash(*desk.open({.cache = false}));
  CHECK(desk.open()->kept_hash() == "");
  CHECK(content_hash(*desk.open()) == hash);
  CHECK(desk.open()->kept_hash() == hash);
  const fs::path cache = desk.cache_file();
  std::string bytes = engine::read_file(cache);
  bytes[sizeof(CacheHeader) - 1] ^= 1;
  engine::write_file(cache, bytes);
  CHECK(desk.open()->kept_hash() == "");
  repaint(cache, 77, 5);
  CHECK(content_hash(*desk.open()) != hash);
}
