// The house rules as checks on the source tree. Each rule is a function from the root of a tree to
// a list of complaints "file: reason"; the last test case shows that each rule complains.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/house_doors.h"
#include "tests/support/paths.h"

namespace {

namespace fs = std::filesystem;
using house::Door;
using house::is_exception;
using house::kDoors;
using house::room_of;
using Strings = std::vector<std::string>;

const Strings kRooms = {"engine", "layers", "datasets", "gan", "tools", "tests", "third_party"};

const std::regex kStandard("[a-z_0-9]+");  // <vector>, <cstdint>: no folder and no ending

// --- Reading the tree ------------------------------------------------------------------------

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Strings lines_of(const fs::path& file) {
  std::istringstream in(read(file));
  Strings lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool is_code(const fs::path& file) {
  const std::string ending = file.extension();
  return ending == ".h" || ending == ".cpp" || ending == ".cu" || ending == ".cuh" ||
         ending == ".def";
}

bool is_source(const fs::path& file) {
  const std::string ending = file.extension();
  return is_code(file) || ending == ".py" || file.filename() == "CMakeLists.txt" ||
         (ending.empty() && read(file).starts_with("#!"));
}

// Every file of every room, as paths from the root, sorted.
std::vector<fs::path> files(const fs::path& root) {
  std::vector<fs::path> found;
  if (fs::exists(root / "CMakeLists.txt")) found.emplace_back("CMakeLists.txt");
  if (fs::exists(root / ".ci/run")) found.emplace_back(".ci/run");
  for (const std::string& room : kRooms) {
    if (!fs::exists(root / room)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / room))
      if (entry.is_regular_file()) found.push_back(entry.path().lexically_relative(root));
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool inside(const fs::path& file, std::initializer_list<std::string_view> rooms) {
  return std::any_of(rooms.begin(), rooms.end(),
                     [&](std::string_view room) { return file.string().starts_with(room); });
}

// --- The rules -------------------------------------------------------------------------------

const std::regex kInclude(R"(\s*#\s*include\s*([<"])([^>"]+)[>"].*)");

Strings includes(const fs::path& root) {
  Strings complaints;
  for (const fs::path& file : files(root)) {
    const std::string path = file.generic_string();
    const auto door = std::find_if(kDoors.begin(), kDoors.end(),
                                   [&](const Door& d) { return path.starts_with(d.where); });
    if (!is_code(file) || door == kDoors.end()) continue;
    for (const std::string& line : lines_of(root / file)) {
      std::smatch match;
      if (!std::regex_match(line, match, kInclude)) continue;
      const bool ours = match[1] == "\"";
      const std::string what = match[2];
      if (std::regex_match(what, std::regex(ours ? door->own : door->packages))) continue;
      if (!ours && std::regex_match(what, kStandard)) continue;
      complaints.push_back(path + ": may not include " + what + ", being in " + door->where);
    }
  }
  return complaints;
}

// A cycle of includes, as the names along it; "" if there is none.
using Arrows = std::map<std::string, std::set<std::string>>;
std::string circle(const Arrows& arrows) {
  std::set<std::string> done;
  Strings path;
  const std::function<std::string(const std::string&)> from = [&](const std::string& name) {
    const auto seen = std::ranges::find(path, name);
    if (seen != path.end()) {
      std::string text;
      for (auto at = seen; at != path.end(); ++at) text += *at + " -> ";
      return text + name;
    }
    const auto leaving = arrows.find(name);
    if (leaving == arrows.end() || done.contains(name)) return std::string();
    path.push_back(name);
    std::string found;
    for (const std::string& next : leaving->second)
      if (found.empty()) found = from(next);
    path.pop_back();
    done.insert(name);
    return found;
  };
  for (const auto& [name, next] : arrows)
    if (const std::string found = from(name); !found.empty()) return found;
  return "";
}

// Neither headers nor rooms include each other, directly or through others.
Strings circles(const fs::path& root) {
  Arrows of_files, of_rooms;
  for (const fs::path& file : files(root)) {
    if (!is_code(file)) continue;
    const std::string path = file.generic_string(), room = room_of(path);
    for (const std::string& line : lines_of(root / file)) {
      std::smatch match;
      if (!std::regex_match(line, match, kInclude) || match[1] != "\"") continue;
      of_files[path].insert(match[2]);
      const std::string other = room_of(match[2]);
      if (!other.empty() && other != room && !is_exception(path)) of_rooms[room].insert(other);
    }
  }
  Strings complaints;
  for (const Arrows& arrows : {of_files, of_rooms})
    if (const std::string found = circle(arrows); !found.empty())
      complaints.push_back(found + ": is a circle of includes");
  return complaints;
}

Strings length(const fs::path& root) {
  constexpr std::size_t most = 400;
  Strings complaints;
  for (const fs::path& file : files(root)) {
    if (!is_source(root / file)) continue;
    const std::size_t count = lines_of(root / file).size();
    if (count > most)
      complaints.push_back(file.string() + ": has " + std::to_string(count) + " lines, more than " +
                           std::to_string(most));
  }
  return complaints;
}

// Whether a word after at least three others ends in a period.
bool has_sentence(const std::string& text) {
  std::istringstream in(text);
  int words = 0;
  for (std::string word; in >> word;)
    if (++words > 3 && word.back() == '.') return true;
  return false;
}

Strings headers(const fs::path& root) {
  Strings complaints;
  for (const fs::path& file : files(root)) {
    if (file.extension() != ".h" || !inside(file, {"engine/", "layers/", "datasets/", "gan/"}))
      continue;
    std::string comment;
    const Strings lines = lines_of(root / file);
    auto line = lines.begin();
    for (; line != lines.end() && line->starts_with("//"); ++line)
      comment += line->substr(std::min<std::size_t>(3, line->size())) + '\n';
    while (line != lines.end() && line->empty()) ++line;
    if (!has_sentence(comment))
      complaints.push_back(file.string() + ": does not open with a comment of a full sentence");
    else if (line == lines.end() || *line != "#pragma once")
      complaints.push_back(file.string() + ": has no #pragma once after its opening comment");
  }
  return complaints;
}

// Macros only expand the rows of pointwise.def, except KANTOR_DEVICE of engine/real.h.
Strings macros(const fs::path& root) {
  Strings complaints;
  for (const fs::path& file : files(root)) {
    if (!is_code(file) || inside(file, {"tests/"}) || file == "engine/real.h") continue;
    static const std::regex define("^\\s*#\\s*define\\b"),
        include("^\\s*#include .*pointwise\\.def\"");
    bool rows = file.extension() == ".def", defines = false;
    for (const std::string& line : lines_of(root / file)) {
      rows = rows || std::regex_search(line, include);
      defines = defines || std::regex_search(line, define);
    }
    if (defines && !rows)
      complaints.push_back(file.string() + ": defines a macro that is not for pointwise.def");
  }
  return complaints;
}

// The root README may be longer than a room's.
Strings readmes(const fs::path& root) {
  constexpr std::size_t most = 70;
  Strings complaints;
  Strings rooms = kRooms;
  for (const Door& door : kDoors)
    if (door.where.ends_with('/')) rooms.push_back(door.where.substr(0, door.where.size() - 1));
  std::ranges::sort(rooms);
  rooms.erase(std::ranges::unique(rooms).begin(), rooms.end());
  for (const std::string& room : rooms)
    if (fs::exists(root / room) && !fs::exists(root / room / "README.md"))
      complaints.push_back(room + "/README.md: is missing");
  for (const fs::path& file : files(root))
    if (file.filename() == "README.md" && file.has_parent_path() &&
        lines_of(root / file).size() > most)
      complaints.push_back(file.string() + ": is longer than " + std::to_string(most) + " lines");
  return complaints;
}

Strings leftovers(const fs::path& root) {
  static const std::regex marks(
      "\\b(TO"
      "DO|FIX"
      "ME)\\b");  // split, because this file is checked too
  Strings complaints;
  for (const fs::path& file : files(root)) {
    if (!is_source(root / file) && file.extension() != ".md") continue;
    const Strings lines = lines_of(root / file);
    for (std::size_t i = 0; i < lines.size(); ++i)
      if (std::regex_search(lines[i], marks))
        complaints.push_back(file.string() + ":" + std::to_string(i + 1) +
                             ": unfinished: " + lines[i]);
  }
  return complaints;
}

// Library code reports through engine/notice.h; only programs write to the terminal.
Strings silence(const fs::path& root) {
  static const std::regex prints(
      "\\b(stderr|stdout|std::c(err|out|log)|(f|std::)?printf|f?puts|perror)\\b");
  Strings complaints;
  for (const fs::path& file : files(root)) {
    if (!is_code(file) || !inside(file, {"engine/", "layers/", "datasets/"})) continue;
    for (const std::string& line : lines_of(root / file))
      if (std::regex_search(line.substr(0, line.find("//")), prints))
        complaints.push_back(file.string() + ": prints: " + line);
  }
  return complaints;
}

// README.md shows the lesson exactly as a test compiles and runs it.
Strings lesson(const fs::path& root) {
  const fs::path shown = root / "README.md", tested = root / "tests/lesson/lesson.cpp";
  if (!fs::exists(shown) || !fs::exists(tested)) return {};
  if (read(shown).find(read(tested)) != std::string::npos) return {};
  return {"README.md: does not show tests/lesson/lesson.cpp as it stands"};
}

void none_of(const Strings& complaints) {
  for (const std::string& complaint : complaints) FAIL_CHECK(complaint);
}

const fs::path kRoot = kSourceDir;

TEST_CASE("house: rooms include only what they may") { none_of(includes(kRoot)); }
TEST_CASE("house: nothing includes itself by way of others") { none_of(circles(kRoot)); }
TEST_CASE("house: no source file is over 400 lines") { none_of(length(kRoot)); }
TEST_CASE("house: headers open with what they are, then #pragma once") { none_of(headers(kRoot)); }
TEST_CASE("house: macros are for pointwise.def alone") { none_of(macros(kRoot)); }
TEST_CASE("house: every room has a short README.md") { none_of(readmes(kRoot)); }
TEST_CASE("house: library code never prints") { none_of(silence(kRoot)); }
TEST_CASE("house: nothing is left unfinished") { none_of(leftovers(kRoot)); }
TEST_CASE("house: README.md shows the tested lesson") { none_of(lesson(kRoot)); }

// --- The rules complain ----------------------------------------------------------------------

// A source tree of one file in a temporary folder, removed at the end.
class Tree {
 public:
  Tree(const std::string& file, const std::string& text) {
    static int count = 0;
    root_ = fs::temp_directory_path() /
            ("kantor_house_" + std::to_string(getpid()) + "_" + std::to_string(count++));
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  ~Tree() { fs::remove_all(root_); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  const fs::path& root() const { return root_; }

 private:
  fs::path root_;
};

TEST_CASE("house: every rule complains about what breaks it, and only then") {
  using Rule = std::function<Strings(const fs::path&)>;
  struct Example {
    Rule rule;
    std::string file, text;
    bool broken;
  };
  const std::string header = "// Thing: says what a thing is, and for whom.\n";
  const std::vector<Example> examples = {
      {includes, "engine/op.h", "#include <vector>\n#include \"engine/shape.h\"\n", false},
      {includes, "engine/op.h", "#include <Eigen/Dense>\n", true},
      {includes, "engine/op.h", "#include <nlohmann/json.hpp>\n", true},
      {includes, "engine/serialize.h", "#include <nlohmann/json.hpp>\n", true},
      {includes, "engine/serialize.cpp", "#include <nlohmann/json.hpp>\n", false},
      {includes, "engine/grad.cpp", "#include \"engine/cpu/gemm.h\"\n", true},
      {includes, "engine/grad.cpp", "#include \"layers/linear.h\"\n", true},
      {includes, "engine/cpu/gemm.cpp", "#include <cblas.h>\n#include <Eigen/Core>\n", false},
      {includes, "engine/cpu/gemm.cpp", "#include <cuda_runtime.h>\n", true},
      {includes, "layers/norm/batch_norm.h", "#include \"engine/engine.h\"\n", false},
      {includes, "layers/norm/batch_norm.h", "#include \"engine/backend.h\"\n", true},
      {includes, "layers/optim.cpp", "#include \"engine/cpu/gemm.h\"\n", true},
      {includes, "layers/optim.cpp", "#include \"optim.h\"\n", true},
      {includes, "datasets/mnist.cpp", "#include <zlib.h>\n#include \"engine/tensor.h\"\n", false},
      {includes, "datasets/mnist.cpp", "#include \"engine/grad.h\"\n", true},
      {includes, "datasets/mnist.cpp", "#include \"gan/training/config.h\"\n", true},
      {includes, "gan/main.cpp", "#include <CLI/CLI.hpp>\n#include \"gan/console/usage.h\"\n",
       false},
      {includes, "gan/main.cpp", "#include \"tools/bench/timer.h\"\n", true},
      {includes, "gan/main.cpp", "#  include <zlib.h>  // why not\n", true},
      {includes, "tools/bench/main.cpp", "#include \"engine/backend.h\"\n", false},
      {includes, "tools/bench/main.cpp", "#include \"tests/cases.h\"\n", true},
      {includes, "gan/metrics/npz.cpp", "#include <zip.h>\n#include \"engine/file.h\"\n", false},
      {includes, "gan/metrics/npz.cpp", "#include \"gan/models/models.h\"\n", true},
      {includes, "gan/training/trainer.h", "#include \"gan/models/models.h\"\n", false},
      {includes, "gan/training/trainer.h", "#include \"gan/run/checkpoint.h\"\n", true},
      {includes, "gan/analysis/audit.h", "#include \"gan/training/config.h\"\n", true},
      {includes, "gan/console/plot.h", "#include \"engine/tensor.h\"\n", true},
      {circles, "engine/op.h", "#include \"engine/shape.h\"\n", false},
      {circles, "engine/op.h", "#include \"engine/op.h\"\n", true},
      {macros, "engine/op.h", "#define UNARY(x)\n#include \"engine/ops/pointwise.def\"\n", false},
      {macros, "engine/op.h", "# define UNARY(x)\n", true},
      {length, "gan/main.cpp", std::string(400, '\n'), false},
      {length, "gan/main.cpp", std::string(401, '\n'), true},
      {length, "tools/run", "#!/bin/bash\n" + std::string(401, '\n'), true},
      {headers, "layers/norm/thing.h", header + "#pragma once\n", false},
      {headers, "layers/norm/thing.h", header + "//\n//   thing()\n\n#pragma once\n", false},
      {headers, "layers/norm/thing.h", header + "#ifndef THING_H\n", true},
      {headers, "layers/norm/thing.h", "#pragma once\n", true},
      {headers, "layers/norm/thing.h", "// A thing\n#pragma once\n", true},
      {readmes, "engine/README.md", std::string(70, '\n'), false},
      {readmes, "engine/README.md", std::string(71, '\n'), true},
      {readmes, "engine/op.h", "", true},
      {leftovers, "gan/main.cpp",
       "// TO"
       "DO: later\n",
       true},
      {leftovers, "tools/README.md",
       "a FIX"
       "ME\n",
       true},
      {leftovers, "gan/main.cpp", "// nothing to do\n", false},
      {silence, "layers/param.cpp", "std::fprintf(stderr, text);\n", true},
      {silence, "layers/param.cpp", "std::snprintf(to, size, text);  // not printf\n", false},
      {silence, "gan/main.cpp", "std::puts(text);\n", false},
  };
  for (const Example& example : examples) {
    CAPTURE(example.file);
    CAPTURE(example.text);
    CHECK(example.rule(Tree(example.file, example.text).root()).size() == (example.broken ? 1 : 0));
  }

  Tree rooms("gan/run/log.h", "#include \"gan/models/a.h\"\n");
  fs::create_directories(rooms.root() / "gan/models");
  std::ofstream(rooms.root() / "gan/models/b.h") << "#include \"gan/run/c.h\"\n";
  CHECK(circles(rooms.root()) ==
        Strings{"gan/models/ -> gan/run/ -> gan/models/: is a circle of includes"});

  Tree both("README.md", "# Kantor\n```cpp\nint main() {}\n```\n");
  fs::create_directories(both.root() / "tests/lesson");
  std::ofstream(both.root() / "tests/lesson/lesson.cpp") << "int main() {}\n";
  CHECK(lesson(both.root()).empty());
  std::ofstream(both.root() / "tests/lesson/lesson.cpp") << "int main() { return 0; }\n";
  CHECK(lesson(both.root()).size() == 1);
}

}  // namespace
