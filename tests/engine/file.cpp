// Files: written whole or not at all, by one writer or several; logs that grow by whole records.
#include "engine/file.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <thread>
#include <vector>

#include "tests/datasets/scratch.h"

using namespace engine;

namespace {

namespace fs = std::filesystem;

std::size_t count_files(const std::string& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

// Calls `act` while no file may grow beyond this size: as on a full disk, the system takes a part.
template <class Act>
void with_limit(rlim_t bytes, Act act) {
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = bytes;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  act();
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
}

TEST_CASE("files: many writers of one file leave one of their versions, and nothing beside it") {
  const Scratch scratch;
  std::vector<std::thread> writers;
  for (const char letter : {'a', 'b', 'c', 'd'})
    writers.emplace_back([&, letter] {
      for (int i = 0; i < 20; ++i) write_file(scratch / "file", std::string(10'000, letter));
    });
  for (std::thread& writer : writers) writer.join();
  const std::string bytes = read_file(scratch / "file");
  CHECK(bytes == std::string(10'000, bytes.at(0)));
  CHECK(count_files(scratch.path()) == 1);
}

TEST_CASE("files: the longest name that there is can be written") {
  const Scratch scratch;
  const std::string longest(255, 'x');
  write_file(scratch / longest, "bytes");
  CHECK(read_file(scratch / longest) == "bytes");
  const std::string error = complaint([&] { write_file(scratch / (longest + "x"), "bytes"); });
  CHECK(says(error, "cannot be written"));
  CHECK(count_files(scratch.path()) == 1);
}

TEST_CASE("files: a record is added whole or not at all") {
  const Scratch scratch;
  append_file(scratch / "log", "first\n");
  append_file(scratch / "log", "second\n");
  sync_file(scratch / "log");
  std::string error;
  with_limit(20,
             [&] { error = complaint([&] { append_file(scratch / "log", "third, long\n"); }); });
  CHECK(says(error, "log", "cannot be written", "File too large"));
  CHECK(read_file(scratch / "log") == "first\nsecond\n");
  CHECK(says(complaint([&] { append_file(scratch / "no/log", "x"); }), "no/log", "No such file"));
  CHECK(says(complaint([&] { sync_file(scratch / "none"); }), "none", "No such file"));
}

TEST_CASE("files: folders are made with those above them") {
  const Scratch scratch;
  CHECK(make_folders(scratch / "a/b/c"));
  CHECK(!make_folders(scratch / "a/b/c/"));
  CHECK(fs::is_directory(scratch / "a/b/c"));
  scratch.write("file", "");
  CHECK(says(complaint([&] { make_folders(scratch / "file/a"); }), "file/a", "cannot be made"));
}

TEST_CASE("files: names of files that are being written") {
  CHECK(temporary_of("log.csv.123-0.tmp") == "log.csv");
  CHECK(temporary_of("log.csv.tmp") == "log.csv");
  CHECK(temporary_of("a.tmp.7-12.tmp") == "a.tmp");
  for (const char* other : {"log.csv", ".tmp", "tmp", "log.csv.tmp.bak"})
    CHECK(temporary_of(other) == "");
}

}  // namespace
