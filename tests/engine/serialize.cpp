// Tensor files: what is written is a valid safetensors file, what is damaged is refused with one
// line, and a failed write leaves the old file alone.
#include "engine/serialize.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "engine/file.h"
#include "tests/datasets/scratch.h"
#include "tests/support/draw.h"

using namespace tests;
using namespace engine;
namespace fs = std::filesystem;

namespace {

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// A file with this header text (any text at all) and these values after it.
std::string file_bytes(const std::string& header, const std::string& values) {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + values;
}

TensorFile example() {
  TensorFile file;
  file.tensors["critic.0.weight"] = Draw(1).uniform({3, 2}).tensor();
  file.tensors["a scalar"] = scalar(4);
  file.tensors["empty"] = zeros({0, 7});
  file.tensors["b\"\\\n"] = Draw(2).uniform({2, 1, 5}).tensor();
  file.metadata["step"] = "120";
  file.metadata["note"] = "äöü \"quoted\"";
  return file;
}

}  // namespace

TEST_CASE("files: a link stays a link, and a pipe a pipe") {
  const Scratch scratch;
  write(scratch / "target", "old");
  fs::create_symlink("target", scratch / "link");
  fs::create_symlink("link", scratch / "chain");
  write_file(scratch / "chain", "new");
  CHECK(fs::is_symlink(scratch / "chain"));
  CHECK(fs::is_symlink(scratch / "link"));
  CHECK(read(scratch / "target") == "new");
  fs::create_symlink(scratch / "later", scratch / "dangling");
  write_file(scratch / "dangling", "made");
  CHECK(fs::is_symlink(scratch / "dangling"));
  CHECK(read(scratch / "later") == "made");

  REQUIRE(::mkfifo((scratch / "pipe").c_str(), 0600) == 0);
  const int reader = ::open((scratch / "pipe").c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  write_file(scratch / "pipe", "through");
  char got[8] = {};
  CHECK(::read(reader, got, 7) == 7);
  CHECK(std::string(got) == "through");
  ::close(reader);
  CHECK(fs::is_fifo(scratch / "pipe"));
}

TEST_CASE("serialize: what is saved is loaded bit-for-bit") {
  const Scratch scratch;
  const TensorFile saved = example();
  save(scratch / "a", saved);
  const TensorFile loaded = load(scratch / "a");
  CHECK(loaded.metadata == saved.metadata);
  CHECK(loaded.integer("step") == 120);
  CHECK(loaded.tensors.size() == saved.tensors.size());
  for (const auto& [name, tensor] : saved.tensors) {
    CAPTURE(name);
    CHECK(loaded.at(name, tensor.shape()).values() == tensor.values());
  }
  save(scratch / "b", loaded);
  CHECK(read(scratch / "a") == read(scratch / "b"));
  CHECK(std::distance(fs::directory_iterator(scratch.path()), fs::directory_iterator()) == 2);
}

TEST_CASE("serialize: numbers that are not finite survive") {
  const Scratch scratch;
  const Real infinity = std::numeric_limits<Real>::infinity();
  TensorFile file;
  file.tensors["x"] = Tensor::from({4}, {infinity, -infinity, Real(-0.0), NAN});
  save(scratch / "a", file);
  const std::vector<Real> x = load(scratch / "a").tensors["x"].values();
  CHECK(x[0] == infinity);
  CHECK(x[1] == -infinity);
  CHECK(std::signbit(x[2]));
  CHECK(std::isnan(x[3]));
}

// The format, read from its description: 8 bytes of length, JSON, then the values without gaps.
TEST_CASE("serialize: the bytes are those of a safetensors file") {
  const Scratch scratch;
  const TensorFile saved = example();
  save(scratch / "a", saved);
  const std::string bytes = read(scratch / "a");
  std::uint64_t length = 0;
  REQUIRE(bytes.size() > 8);
  std::memcpy(&length, bytes.data(), 8);
  REQUIRE(length <= bytes.size() - 8);
  const std::string text = bytes.substr(8, length);
  CHECK(text.front() == '{');
  CHECK((8 + length) % 8 == 0);  // values are aligned; the padding is spaces
  const auto header = nlohmann::json::parse(text);
  CHECK(header.at("__metadata__").at("step") == "120");
  std::map<std::size_t, std::size_t> ranges;
  for (const auto& [name, tensor] : saved.tensors) {
    const auto& entry = header.at(name);
    CHECK(entry.at("dtype") == (kDouble ? "F64" : "F32"));
    CHECK(entry.at("shape").size() == static_cast<std::size_t>(tensor.rank()));
    for (int i = 0; i < tensor.rank(); ++i) CHECK(entry.at("shape")[i] == tensor.dim(i));
    const std::size_t begin = entry.at("data_offsets")[0], end = entry.at("data_offsets")[1];
    CHECK(end - begin == static_cast<std::size_t>(tensor.size()) * sizeof(Real));
    std::vector<Real> values((end - begin) / sizeof(Real));
    if (end > begin) std::memcpy(values.data(), bytes.data() + 8 + length + begin, end - begin);
    CHECK(values == tensor.values());
    if (end > begin) ranges[begin] = end;
  }
  std::size_t covered = 0;  // the values fill the rest of the file, without holes or overlaps
  for (const auto& [begin, end] : ranges) {
    CHECK(begin == covered);
    covered = end;
  }
  CHECK(8 + length + covered == bytes.size());
}

TEST_CASE("serialize: F32 and F64 are both read, whatever Real is") {
  const Scratch scratch;
  const float f[] = {1.5F, -2};
  const double d[] = {0.1, 3};
  write(scratch / "a", file_bytes(R"({"f":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                                  R"("d":{"dtype":"F64","shape":[1,2],"data_offsets":[8,24]}})",
                                  std::string(reinterpret_cast<const char*>(f), 8) +
                                      std::string(reinterpret_cast<const char*>(d), 16)));
  const TensorFile file = load(scratch / "a");
  CHECK(file.at("f", {2}).values() == std::vector<Real>{1.5, -2});
  CHECK(file.at("d", {1, 2}).values() == std::vector<Real>{static_cast<Real>(0.1), 3});
}

TEST_CASE("serialize: a file cut short anywhere is refused, naming the file") {
  const Scratch scratch;
  save(scratch / "whole", example());
  const std::string bytes = read(scratch / "whole"), path = scratch / "cut";
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CAPTURE(length);
    write(path, bytes.substr(0, length));
    const std::string error = error_of([&] { load(path); });
    CHECK(error.find(path) == 0);
  }
}

TEST_CASE("serialize: a flipped bit in the header is refused or harmless, never a crash") {
  const Scratch scratch;
  save(scratch / "whole", example());
  const std::string bytes = read(scratch / "whole"), path = scratch / "flipped";
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  int refused = 0;
  for (std::size_t i = 0; i < 8 + length; ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      write(path, flipped);
      const std::string error = error_of([&] { load(path); });  // any other exception fails here
      refused += error != "no error";
      if (error != "no error") CHECK(error.find(path) == 0);
    }
  CHECK(refused > 8 * 8);  // a wrong length, broken JSON, shapes that do not match, ...
}

TEST_CASE("serialize: hostile headers are refused, naming the file") {
  const Scratch scratch;
  const std::string path = scratch / "hostile";
  const auto entry = [](const std::string& dtype, const std::string& shape,
                        const std::string& offsets) {
    return R"({"x":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets +
           "}}";
  };
  const std::string f32 = R"("F32")";
  const std::vector<std::string> headers = {
      "",
      "null",
      "[]",
      "{",
      "7",
      R"({"x":null})",
      R"({"x":{}})",
      R"({"a\nb":{}})",
      R"({"a\nb":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}})",
      R"({"a\nb":{"dtype":"F\n32","shape":[1],"data_offsets":[0,4]}})",
      R"({"a\nb":1,"a\nb":1})",
      R"({"x":[1]})",
      R"({"__metadata__":{"step":3}})",
      R"({"__metadata__":[]})",
      std::string(10'000, '['),
      entry(f32, "[2]", "[0,4]"),
      entry(f32, "[2]", "[0,16]"),
      entry(f32, "[1]", "[6,10]"),
      entry(f32, "[1]", "[8,4]"),
      entry(f32, "[1]", "[-4,0]"),
      entry(f32, "[1]", "[0]"),
      entry(f32, "[1]", "[0,4,8]"),
      entry(f32, "[1]", "[0.0,4.0]"),
      entry(f32, "[1]", "4"),
      entry(f32, "[-1]", "[0,4]"),
      entry(f32, "[-2]", "[0,8]"),
      entry(f32, "[1.5]", "[0,4]"),
      entry(f32, "[1e400]", "[0,4]"),
      entry(f32, R"(["1"])", "[0,4]"),
      entry(f32, R"({"a":1})", "[0,4]"),
      entry(f32, "[null]", "[0,4]"),
      entry(f32, "[0]", "[0,4]"),
      entry(f32, "[4294967296,4294967296]", "[0,0]"),  // 2^64: zero, if it overflows
      entry(f32, "[18446744073709551615]", "[0,4]"),
      entry(f32, "[18446744073709551616]", "[0,4]"),
      entry(f32, "[4611686018427387905]", "[0,4]"),  // times 4 bytes: 2^64 + 4
      entry(f32, "[9223372036854775807,0,9223372036854775807]", "[0,0]"),
      entry(f32, "[1]", "[18446744073709551612,18446744073709551615]"),
      entry(R"("X8")", "[8]", "[0,8]"),
      entry(R"("F32 ")", "[1]", "[0,4]"),
      entry(R"("F4")", "[3]", "[0,2]"),
      entry(R"("I64")", "[1]", "[0,4]"),
      entry("3", "[1]", "[0,4]"),
      " " + entry(f32, "[1]", "[0,4]"),
      "\xef\xbb\xbf" + entry(f32, "[1]", "[0,4]"),
      entry(f32, "[1]", "[0,4]") + std::string(1, '\0'),
      entry(f32, "[1]", "[0,4]") + "}",
      std::string("{\"\xff\":") + R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
      R"({"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
      R"({"__metadata__":{},"__metadata__":{}})",
      R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"data_offsets":[0,4]}})",
      R"({"x":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"more":)" + std::string(200, '[') +
          std::string(200, ']') + "}}"};
  for (const std::string& header : headers) {
    CAPTURE(header);
    for (const std::size_t bytes : {0, 2, 4, 8}) {  // with one of them the values are all used
      CAPTURE(bytes);
      write(path, file_bytes(header, std::string(bytes, '\0')));
      const std::string error = error_of([&] { load(path); });
      CHECK(error.find(path) == 0);
      CHECK(error.find('\n') == std::string::npos);
    }
  }
  std::string huge = file_bytes("{}", "");
  for (int i = 0; i < 8; ++i) huge[i] = '\xff';
  write(path, huge);
  CHECK(error_of([&] { load(path); }).find("claims 18446744073709551615 bytes") !=
        std::string::npos);
  write(path, file_bytes("{}" + std::string(100'000'000, ' '), ""));
  CHECK(error_of([&] { load(path); }).find("more than 100000000") != std::string::npos);
}

TEST_CASE("serialize: each byte of the values belongs to one tensor, each key to one entry") {
  const Scratch scratch;
  const std::string path = scratch / "ranges";
  using Ranges = std::map<std::string, std::string>;  // name: offsets, of one F32 each
  const auto refusal = [&](const Ranges& ranges, const std::string& more = "") {
    std::string header;
    for (const auto& [name, offsets] : ranges)
      header += (header.empty() ? "{\"" : ",\"") + name +
                R"(":{"dtype":"F32","shape":[1],"data_offsets":[)" + offsets + "]}";
    write(path, file_bytes(header + more + "}", std::string(12, '\0')));
    return error_of([&] { load(path); });
  };
  const Ranges whole = {{"a", "4,8"}, {"b", "0,4"}, {"c", "8,12"}};
  CHECK(refusal(whole) == "no error");
  CHECK(refusal(whole, R"(,"d":{"dtype":"F32","shape":[0,3],"data_offsets":[4,4]})") == "no error");
  CHECK(refusal(whole, R"(,"__metadata__":null)") == "no error");

  const auto says = [](const std::string& error, const char* part) {
    CAPTURE(error);
    CHECK(error.find(part) != std::string::npos);
  };
  says(refusal({{"a", "0,4"}, {"b", "4,8"}, {"c", "4,8"}}),
       "tensor 'c': its offsets 4 to 8 overlap");
  says(refusal({{"a", "0,4"}, {"b", "2,6"}, {"c", "8,12"}}), "'b': its offsets 2 to 6 overlap");
  says(refusal({{"a", "0,4"}, {"b", "8,12"}}), "'b': its offsets 8 to 12 leave a gap");
  says(refusal({{"a", "4,8"}, {"b", "8,12"}}), "'a': its offsets 4 to 8 leave a gap");
  says(refusal({{"a", "0,4"}, {"b", "4,8"}}), "the last 4 of its 12 bytes");
  says(refusal({{"a", "0,4"}, {"b", "4,8"}, {"c", "12,16"}}), "do not lie in the 12 bytes");
  says(refusal(whole, R"(,"d":{"dtype":"F32","shape":[0],"data_offsets":[6,6]})"), "'d'");
  says(refusal(whole, R"(,"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]})"),
       "names 'a' twice");
  says(refusal(whole, R"(,"__metadata__":{"k":"1","k":"2"})"), "names 'k' twice");
}

TEST_CASE("serialize: a tensor that cannot be read is an error only where it is asked for") {
  const Scratch scratch;
  const std::string path = scratch / "mixed";
  const float f = 1.5F;
  const double d = 1e300;
  write(path,
        file_bytes(R"({"f":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                   R"("d":{"dtype":"F64","shape":[1],"data_offsets":[4,12]},)"
                   R"("steps":{"dtype":"I64","shape":[],"data_offsets":[12,20]},)"
                   R"("half":{"dtype":"BF16","shape":[2],"data_offsets":[20,24]},)"
                   R"("axes":{"dtype":"F32","shape":[1,1,1,1,1,1,1],"data_offsets":[24,28]}})",
                   std::string(reinterpret_cast<const char*>(&f), 4) +
                       std::string(reinterpret_cast<const char*>(&d), 8) + std::string(16, '\0')));
  const double tiny[] = {1e-200, 0};
  write(scratch / "tiny", file_bytes(R"({"t":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}})",
                                     std::string(reinterpret_cast<const char*>(tiny), 16)));
  CHECK((error_of([&] { load(scratch / "tiny").at("t", {2}); }) == "no error") == kDouble);

  const TensorFile file = load(path);
  CHECK(file.at("f", {1}).item() == 1.5F);
  CHECK(file.find("g") == nullptr);
  const std::string where = path + ": tensor '";
  CHECK(error_of([&] { file.at("steps", {}); }) ==
        where + "steps' holds I64 numbers; only F32 and F64 can be read");
  CHECK(error_of([&] { (void)file.find("half"); }).find(where + "half' holds BF16") == 0);
  CHECK(error_of([&] { (void)file.find("axes"); }) == where + "axes' has 7 axes, more than 6");
  if (kDouble) {
    CHECK(file.at("d", {1}).item() == d);
  } else {
    CHECK(error_of([&] { file.at("d", {1}); }) ==
          where + "d' holds 1e+300, which overflows float32");
  }
  CHECK(error_of([&] { save(scratch / "copy", file); }).find("cannot be written") !=
        std::string::npos);
  CHECK(!fs::exists(scratch / "copy"));
}

TEST_CASE("serialize: what is missing or has another shape is named") {
  const Scratch scratch;
  save(scratch / "a", example());
  const TensorFile file = load(scratch / "a");
  CHECK(error_of([&] {
          file.at("critic.1.weight", {3, 2});
        }) == (scratch / "a") + ": holds no tensor 'critic.1.weight'; it belongs to another model");
  CHECK(error_of([&] {
          file.at("critic.0.weight", {2, 3});
        }) == (scratch / "a") + ": tensor 'critic.0.weight' is [3, 2] where [2, 3] is needed; it " +
                  "belongs to another model");
  CHECK(error_of([&] { (void)file.integer("note"); }).find("not a whole number") !=
        std::string::npos);
  CHECK(error_of([&] { (void)file.integer("epoch"); }).find("'epoch'") != std::string::npos);
  CHECK(error_of([&] { load(scratch / "nothing"); }).find(scratch / "nothing") == 0);
  CHECK(error_of([&] { load(scratch.path()); }).find(scratch.path()) == 0);
}

TEST_CASE("serialize: text that is not UTF-8 does not stop a checkpoint") {
  const Scratch scratch;
  TensorFile file;
  file.metadata["folder"] = "caf\xe9";
  CHECK(error_of([&] { save(scratch / "a", file); }) == "no error");
  CHECK(load(scratch / "a").metadata["folder"].find("caf") == 0);
}

TEST_CASE("serialize: a failed write keeps the old file") {
  const Scratch scratch;
  save(scratch / "a", example());
  const std::string before = read(scratch / "a");
  TensorFile large;
  large.tensors["x"] = zeros({100'000});

  // As on a full disk: the system takes a part of the bytes, then no more.
  rlimit old_limit{};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = old_limit;
  small.rlim_cur = 50'000;
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string error = error_of([&] { save(scratch / "a", large); });
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);

  CHECK(error.find(scratch / "a") == 0);
  CHECK(error.find("cannot be written") != std::string::npos);
  CHECK(read(scratch / "a") == before);
  CHECK(std::distance(fs::directory_iterator(scratch.path()), fs::directory_iterator()) == 1);
  CHECK(error_of([&] { save(scratch / "no folder/a", large); }).find("cannot be written") !=
        std::string::npos);
}
