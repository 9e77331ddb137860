// Arrays as NumPy writes them, and malformed ones.
#include "gan/metrics/npz.h"

#include <doctest/doctest.h>
#include <zip.h>

#include <cmath>

#include "engine/check.h"
#include "engine/file.h"
#include "gan/metrics/features_file.h"
#include "gan/metrics/sha256.h"
#include "gan/metrics/statistics_file.h"
#include "tests/datasets/scratch.h"
#include "tests/gan/metrics/golden.h"

namespace {

using namespace gan::metrics;
using Numbers = std::vector<double>;
using Extents = std::vector<Index>;

std::string npy(const std::string& header, const std::string& data) {
  return std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size()) + '\0' + header +
         data;
}
std::string dict(const char* type, const char* order, const char* shape) {
  return std::string("{'descr': '") + type + "', 'fortran_order': " + order +
         ", 'shape': " + shape + ", }\n";
}
template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

TEST_CASE("npy: the types and orders of feature statistics") {
  const NpyArray c =
      parse_npy(npy(dict("<f8", "False", "(2, 3)"), raw<double>({1, 2, 3, 4, 5, 6})), "a");
  CHECK(c.extents == Extents{2, 3});
  CHECK(c.doubles() == Numbers{1, 2, 3, 4, 5, 6});
  // numpy.asfortranarray([[1, 2, 3], [4, 5, 6]]) lies column by column.
  const NpyArray f =
      parse_npy(npy(dict("<f4", "True", "(2, 3)"), raw<float>({1, 4, 2, 5, 3, 6})), "a");
  CHECK(f.doubles() == Numbers{1, 2, 3, 4, 5, 6});
  CHECK(parse_npy(npy(dict("|u1", "False", "(2,)"), "\x07\xff"), "a").doubles() == Numbers{7, 255});
  CHECK(parse_npy(npy(dict("|u1", "True", "(0, 3)"), ""), "a").doubles().empty());
  CHECK(parse_npy(npy(dict("<f8", "False", "()"), raw<double>({3})), "a").extents.empty());
  CHECK(
      parse_npy(
          npy("{\"shape\": (3L,), 'descr':'<f4','fortran_order':True}", raw<float>({1, 2, 3})), "a")
          .doubles() == Numbers{1, 2, 3});
}

TEST_CASE("npy: whole numbers of every type, and floats of two bytes") {
  const auto doubles = [](const char* type, const std::string& data) {
    return parse_npy(npy(dict(type, "False", "(2,)"), data), "a").doubles();
  };
  CHECK(doubles("|i1", "\x07\xff") == Numbers{7, -1});
  CHECK(doubles("<u1", "\x07\xff") == Numbers{7, 255});
  CHECK(doubles("<i2", raw<std::int16_t>({-300, 7})) == Numbers{-300, 7});
  CHECK(doubles("<u2", raw<std::uint16_t>({65535, 7})) == Numbers{65535, 7});
  CHECK(doubles("=i4", raw<std::int32_t>({-70000, 7})) == Numbers{-70000, 7});
  CHECK(doubles("<u4", raw<std::uint32_t>({4294967295U, 7})) == Numbers{4294967295.0, 7});
  CHECK(doubles("<i8", raw<std::int64_t>({1 - (1L << 53), 7})) == Numbers{1 - 0x1p53, 7});
  CHECK(doubles("<u8", raw<std::uint64_t>({(1UL << 53) - 1, 7})) == Numbers{0x1p53 - 1, 7});
  CHECK(doubles("<f2", raw<std::uint16_t>({0x3e00, 0xc000})) == Numbers{1.5, -2});
  // Beyond what float64 holds they are read as they are, or not at all.
  const NpyArray large =
      parse_npy(npy(dict("<i8", "False", "(1,)"), raw<std::int64_t>({(1L << 53) + 1})), "a");
  CHECK(large.wholes() == std::vector<std::int64_t>{(1L << 53) + 1});
  CHECK(says(complaint([&] { large.doubles("large.npy"); }), "large.npy: 9", "2^53 or more"));
  for (const char* type : {"|b1", ">i4", "<c8", "<U3", "<M8[s]", "|V4"})
    CHECK(says(complaint([&] { doubles(type, std::string(64, '\0')); }), type));
}

std::string trouble(const std::string& bytes) {
  return complaint([&] { parse_npy(bytes, "bad"); });
}

// An archive of one deflated member.
std::string deflated_npz(const std::string& member) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_source_keep(target);
  zip* archive = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  zip_source_t* source = zip_source_buffer(archive, member.data(), member.size(), 0);
  zip_file_add(archive, "mu.npy", source, 0);
  zip_set_file_compression(archive, 0, ZIP_CM_DEFLATE, 9);
  REQUIRE(zip_close(archive) == 0);
  zip_stat_t about;
  zip_stat_init(&about);
  zip_source_stat(target, &about);
  zip_source_open(target);
  std::string bytes(about.size, '\0');
  zip_source_read(target, bytes.data(), bytes.size());
  zip_source_close(target);
  zip_source_free(target);
  return bytes;
}

TEST_CASE("npz: no more is unpacked than the array's header promises") {
  const std::string member =
      npy(dict("<f8", "False", "(2,)"), raw<double>({1, 2})) + std::string(20'000'000, '\0');
  std::string bytes = deflated_npz(member);
  // Damage far behind the header: who unpacks all of it finds that first.
  for (std::size_t i = bytes.size() / 2; i < bytes.size() / 2 + 100; ++i) bytes[i] = '\xFF';
  const Npz bomb(bytes, "bomb.npz");
  CHECK(says(complaint([&] { bomb.array("mu"); }), "bomb.npz", "'mu'", "bytes of numbers"));

  const std::string long_header =
      std::string("\x93NUMPY\x02\0", 8) + std::string("\0\0\0\x01", 4) + std::string(1 << 20, ' ');
  CHECK(says(complaint([&] { Npz(deflated_npz(long_header), "x.npz").array("mu"); }), "x.npz",
             "header of 16777216 bytes"));
}

TEST_CASE("npy: what is no array of numbers, or not all of one") {
  const std::string data = raw<double>({1, 2});
  CHECK(trouble("") == "bad: is not a NumPy array");
  CHECK(trouble("PK\x03\x04 and so on") == "bad: is not a NumPy array");
  CHECK(says(trouble(npy(dict("<f8", "False", "(3,)"), data)), "16 bytes of numbers"));
  CHECK(says(trouble(npy(dict("<f8", "False", "(1,)"), data)), "16 bytes of numbers"));
  CHECK(says(trouble(npy(dict("<f8", "False", "(999999999, 999999999)"), data)), "bytes"));
  CHECK(says(trouble(npy(dict("<f8", "False", "(1, 1, 1, 1, 1, 1, 2)"), data)), "header"));
  CHECK(says(trouble(npy(dict("<f8", "False", "(-1,)"), data)), "header is broken at byte"));
  CHECK(says(trouble(npy(dict("<f8", "Maybe", "(2,)"), data)), "header is broken at byte"));
  CHECK(says(trouble(npy(dict(">f8", "False", "(2,)"), data)), "'>f8'", "float64"));
  CHECK(says(trouble(npy(dict("|O", "False", "(2,)"), data)), "'|O'"));
  CHECK(says(trouble(npy("{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (2,)}", data)),
             "records"));
  CHECK(says(trouble(npy("{'descr': '<f8', 'shape': (2,), }", data)), "header"));
  CHECK(says(trouble(npy(dict("<f8", "False", "(2,)"), data).substr(0, 40)), "truncated"));
  const std::string whole = npy(dict("<f8", "False", "(2,)"), data);
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK(says(trouble(whole.substr(0, size)), "bad: "));
}

// What numpy.savez and numpy.savez_compressed write: one member an array.
std::string zipped(const std::string& name, const std::string& bytes, int method) {
  const Scratch scratch;
  const std::string path = scratch / "made.zip";
  zip* archive = zip_open(path.c_str(), ZIP_CREATE, nullptr);
  zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
  const zip_int64_t at = zip_file_add(archive, name.c_str(), source, 0);
  zip_set_file_compression(archive, static_cast<zip_uint64_t>(at), method, 0);
  zip_close(archive);
  return engine::read_file(path);
}

TEST_CASE("npz: stored and deflated, written and read back") {
  const std::string member = npy(dict("<f8", "False", "(2,)"), raw<double>({1, 2}));
  for (const int method : {ZIP_CM_STORE, ZIP_CM_DEFLATE}) {
    const Npz file(zipped("x.npy", member, method), "x.npz");
    CHECK(file.names() == std::vector<std::string>{"x"});
    CHECK(file.array("x").doubles() == Numbers{1, 2});
    CHECK(complaint([&] { file.array("y"); }) == "x.npz: holds no array 'y'");
  }
  const std::string bytes = write_npz(
      {{"mu", NpyArray::from({2}, {1, 2})}, {"sigma", NpyArray::from({2, 2}, {1, 2, 3, 4})}});
  CHECK(bytes == write_npz({{"mu", NpyArray::from({2}, {1, 2})},
                            {"sigma", NpyArray::from({2, 2}, {1, 2, 3, 4})}}));
  const Npz file(bytes, "stats.npz");
  CHECK(file.array("sigma").doubles() == Numbers{1, 2, 3, 4});
  CHECK(file.array("sigma").extents == Extents{2, 2});
  CHECK_FALSE(file.has("sigma.npy"));
}

TEST_CASE("npz: files that are broken, cut off or lie about their size") {
  const std::string member =
      npy(dict("<f8", "False", "(64,)"), raw<double>(std::vector<double>(64, 0.5)));
  for (const int method : {ZIP_CM_STORE, ZIP_CM_DEFLATE}) {
    const std::string whole = zipped("x.npy", member, method);
    for (std::size_t size = 0; size < whole.size(); size += 3)
      CHECK(says(complaint([&] { Npz(whole.substr(0, size), "cut").array("x"); }), "cut: "));
    for (std::size_t at = 0; at < whole.size(); ++at)
      for (const char flip : {1, -128}) {
        std::string bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ flip);
        try {  // most are refused; a changed date is not
          Npz(bytes, "changed").array("x");
        } catch (const engine::Error&) {
        }
      }
  }
  // A directory that claims 4 GB for a few bytes: the size lies 24 bytes into its entry.
  std::string bomb = zipped("x.npy", member, ZIP_CM_DEFLATE);
  const std::size_t entry = bomb.find("PK\x01\x02");
  REQUIRE(entry != std::string::npos);
  for (int i = 0; i < 4; ++i) bomb[entry + 24 + i] = i == 3 ? '\x7f' : '\xff';
  CHECK(says(complaint([&] { Npz(bomb, "bomb.npz").array("x"); }), "bomb.npz: array 'x'"));
  CHECK(says(complaint([] { Npz("plain text", "text.npz"); }),
             "text.npz: is not an .npz (zip) file"));
}

TEST_CASE("statistics file: written, read back, and refused") {
  const Scratch scratch;
  const std::string path = scratch / "stats.npz";
  const FeatureStatistics a = statistics_of(golden_features(20, 6, 31));
  write_statistics(path, a);
  const FeatureStatistics b = read_statistics(path);
  CHECK(a.mean == b.mean);
  CHECK(a.factor == b.factor);  // the distance to the file is that to the features, bit-for-bit
  const Npz file(path);
  CHECK(file.array("sigma").doubles() == a.covariance());
  const FeatureStatistics other = read_statistics(
      Npz(write_npz({{"mu", file.array("mu")}, {"sigma", file.array("sigma")}}), "other.npz"));
  CHECK(frechet_distance(a, other) < 1e-12);

  const auto refused = [&](const std::map<std::string, NpyArray>& arrays) {
    return complaint([&] { read_statistics(Npz(write_npz(arrays), "s.npz")); });
  };
  const NpyArray mu = NpyArray::from({2}, {1, 2});
  CHECK(says(refused({{"sigma", mu}}), "s.npz: holds no array 'mu'", "pytorch-fid"));
  CHECK(says(refused({{"mu", mu}}), "no array 'sigma'"));
  CHECK(refused({{"mu", mu}, {"sigma", NpyArray::from({4}, {1, 0, 0, 1})}}) ==
        "s.npz: mu is [2] and sigma [4]; expected [n] and [n, n]");
  CHECK(refused({{"mu", mu}, {"sigma", NpyArray::from({2, 2}, {1, 0, 0, -1})}}) ==
        "s.npz: sigma is not a covariance: [1, 1] is -1");
  CHECK(says(refused({{"mu", mu}, {"sigma", NpyArray::from({2, 2}, {1, 5, 0, 1})}}),
             "not a covariance"));
  const NpyArray one = NpyArray::from({2, 2}, {1, 0, 0, 1});
  CHECK(refused({{"mu", mu}, {"sigma", one}, {"factor", NpyArray::from({2, 2}, {1, 0, 0, 2})}}) ==
        "s.npz: factor does not match sigma; write the file again");
  CHECK(says(refused({{"mu", mu}, {"sigma", one}, {"factor", NpyArray::from({2}, {1, 0})}}),
             "factor is [2]"));
  CHECK(says(refused({{"mu", NpyArray::from({2}, {1, NAN})},
                      {"sigma", NpyArray::from({2, 2}, {1, 0, 0, 1})}}),
             "not finite"));
}

TEST_CASE("features file: written, read back, and refused") {
  const Scratch scratch;
  const std::string path = scratch / "features.npz";
  const FeatureFile written{.features = golden_features(4, 6, 31),
                            .logits = {2, {}, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8}},
                            .labels = {0, 1, 1, 0},
                            .class_names = {"cat", "dog"},
                            .network = "{}"};
  write_features(path, written);
  CHECK(contents_of(path) == Contents::features);
  const FeatureFile read = read_features(path);
  CHECK(read.features.values == written.features.values);
  CHECK(read.logits.exact == written.logits.exact);
  CHECK(read.labels == written.labels);
  CHECK(read.class_names == written.class_names);
  CHECK(read.network == written.network);

  const auto from = [&](const std::map<std::string, NpyArray>& arrays) {
    return scratch.write("f.npz", write_npz(arrays));
  };
  const NpyArray rows = NpyArray::from({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(read_features(from({{"arr_0", rows}})).features.exact == rows.doubles());
  CHECK(read_features(scratch.write("f.npy", write_npy(rows))).features.rows() == 2);
  CHECK(contents_of(scratch / "f.npy") == Contents::features);
  CHECK(contents_of(from({{"mu", rows}})) == Contents::statistics);
  CHECK(contents_of(from({{"x", {"|u1", {1, 1, 1, 3}, "abc"}}})) == Contents::images);
  const auto refused = [&](const std::map<std::string, NpyArray>& arrays) {
    return complaint([&] { read_features(from(arrays)); });
  };
  CHECK(says(refused({{"features", NpyArray::from({3}, {1, 2, 3})}}),
             "array 'features': is <f8 [3]; features must be [N, n]"));
  CHECK(says(refused({{"features", rows}, {"logits", NpyArray::from({1, 2}, {1, 2})}}),
             "2 rows of features and 1 of logits"));
  CHECK(says(refused({{"logits", NpyArray::from({2, 1}, {1, NAN})}}), "row 1 is not finite"));
  for (const double label : {-1.0, 0.5, 1e7, 1e300, std::nan("")})
    CHECK(says(refused({{"features", rows}, {"labels", NpyArray::from({2}, {0, label})}}),
               "array 'labels': label ", "is not a class number from 0 to 1048575"));
  const NpyArray two = NpyArray::from({2}, {0, 2}), names{"|u1", {7}, "cat\ndog"};
  CHECK(says(refused({{"features", rows}, {"labels", two}, {"classes", names}}),
             "label 2 is not a class number from 0 to 1"));
  CHECK(read_features(from({{"features", rows}, {"labels", two}})).class_names ==
        std::vector<std::string>{"0", "1", "2"});
  CHECK(says(refused({{"features", rows}, {"labels", NpyArray::from({1}, {0})}}), "1 labels"));
  CHECK(says(complaint([&] { contents_of(from({{"x", rows}, {"y", rows}})); }), "holds 2 arrays"));
  // Whole numbers are features too; a dimension too many is told.
  CHECK(read_features(scratch.write("f.npy", write_npy({"|i1", {1, 2}, "\x07\xff"})))
            .features.exact == Numbers{7, -1});
  CHECK(contents_of(scratch / "f.npy") == Contents::features);
  const auto deep = [&](const Extents& extents) {
    Index size = 1;
    for (const Index extent : extents) size *= extent;
    const NpyArray array = NpyArray::from(extents, Numbers(static_cast<std::size_t>(size), 1.0));
    return complaint([&] { contents_of(scratch.write("f.npy", write_npy(array))); });
  };
  CHECK(says(deep({2, 3, 1}), "is <f8 [2, 3, 1], 1 axis too many for features", "(2, -1)"));
  CHECK(says(deep({2, 8, 1, 1}), "2 axes too many for features"));
  CHECK(deep({2, 8, 8, 3}) == "");  // images, of whatever numbers
}

// FIPS 180-2, appendix B.
TEST_CASE("sha256: the standard's examples") {
  CHECK(Sha256::of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 hash;
  for (int i = 0; i < 1000; ++i) hash.add(std::string(1000, 'a'));
  CHECK(hash.hex() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
