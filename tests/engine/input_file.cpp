// Reading files: regular ones, complete or in parts, and nothing that would block.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "engine/file.h"
#include "tests/datasets/scratch.h"

namespace {

TEST_CASE("file: whole, in parts and up to a limit") {
  const Scratch scratch;
  const std::string path = scratch.write("file", "0123456789");
  CHECK(engine::read_file(path) == "0123456789");
  CHECK(engine::read_file(path, 10) == "0123456789");
  CHECK(says(complaint([&] { engine::read_file(path, 9); }), path, "10 bytes long",
             "the limit for such a file is 9"));
  CHECK(engine::read_file(scratch.write("empty", "")).empty());
  const engine::InputFile file(path);
  CHECK(file.size() == 10);
  CHECK(file.read(3, 4) == "3456");
  CHECK(file.read(10, 0).empty());
  CHECK(says(complaint([&] { file.read(7, 4); }), path, "bytes 7 to 11", "of 10"));
  CHECK(says(complaint([&] { file.read(~std::uint64_t{0}, 2); }), path, "are not in a file"));
  // Gigabytes that are not there take no time.
  std::filesystem::resize_file(path, std::uintmax_t{3} << 30);
  CHECK(says(complaint([&] { engine::read_file(path, 1 << 24); }), "3221225472 bytes long"));
}

TEST_CASE("file: pipes, sockets, devices and folders are named, not waited for") {
  const Scratch scratch;
  const auto reading = [](const std::string& path) {
    return complaint([&] { engine::read_file(path); });
  };
  const std::string pipe = scratch / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(says(reading(pipe), pipe, "is a pipe, not a regular file"));
  std::filesystem::create_symlink("pipe", scratch / "link");
  CHECK(says(reading(scratch / "link"), "is a pipe"));
  CHECK(says(reading("/dev/null"), "/dev/null: is a device"));
  CHECK(says(reading(scratch.path()), scratch.path(), "is a folder, not a file"));
  CHECK(says(reading(scratch / "missing"), "cannot be opened: No such file"));
  CHECK(says(reading(pipe + "/below"), "cannot be opened: Not a directory"));

  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string path = scratch / "socket";
  REQUIRE(path.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  CHECK(says(reading(path), path, "is a socket"));
  ::close(socket);
}

}  // namespace
