// Run folders: which a new run may have, who may train in one, what is cleaned up.
#include "gan/run/run_directory.h"

#include <doctest/doctest.h>

#include <set>

#include "gan/run/csv_log.h"
#include "tests/support/program.h"

namespace {

namespace fs = std::filesystem;
using gan::run::RunDirectory;
using gan::training::Config;

// Every file below a folder, with its bytes.
std::set<std::pair<std::string, std::string>> files_below(const std::string& folder) {
  std::set<std::pair<std::string, std::string>> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      found.emplace(entry.path().lexically_relative(folder), engine::read_file(entry.path()));
  return found;
}

std::string refusal(const std::string& path) {
  return complaint([&] { RunDirectory::create(path, {}); });
}

TEST_CASE("run folder: one that is new, empty, or of a run without a checkpoint is taken") {
  const Scratch scratch;
  CHECK(!RunDirectory::create(scratch / "new/deeper", {}).replaces_another());
  fs::create_directory(scratch / "empty");
  CHECK(!RunDirectory::create(scratch / "empty", {}).replaces_another());

  // Killed before its first checkpoint, while it wrote.
  for (const char* left :
       {"log.csv", "gradients.csv", "gradients.png", "events.out.tfevents.1.h.2.0",
        "samples/000020.png", "checkpoint.safetensors.77-3.tmp", "run.lock", "log.csv.tmp",
        "samples/000040.png.77-4.tmp"})
    scratch.write(std::string("empty/") + left, "process 77's, of the run before");
  const RunDirectory again = RunDirectory::create(scratch / "empty", {.steps = 7});
  CHECK(again.replaces_another());
  CHECK(again.is_locked());
  CHECK(again.config().steps == 7);
  std::set<std::string> names;
  for (const auto& [name, bytes] : files_below(scratch / "empty")) names.insert(name);
  CHECK(names == std::set<std::string>{"config.json", "run.lock"});
}

TEST_CASE("run folder: anything else is refused, and left as it is") {
  const Scratch scratch;
  const std::string config = gan::training::to_json({});
  const auto refused = [&](const std::string& name, const char* part, const char* advice) {
    const auto before = files_below(scratch.path());
    const std::string text = refusal(scratch / name);
    INFO(text);
    return says(text, name, part, advice) && files_below(scratch.path()) == before;
  };
  scratch.write("file", "text");
  CHECK(refused("file", "is a file", "folder"));
  scratch.write("logs/log.csv", "a,b\n");
  CHECK(refused("logs", "log.csv", "empty folder"));
  scratch.write("half/log.csv.1-1.tmp", "somebody's");
  CHECK(refused("half", "log.csv.1-1.tmp", "empty folder"));
  scratch.write("lock/run.lock", "somebody's");
  CHECK(refused("lock", "run.lock", "empty folder"));
  scratch.write("temporary/config.json.tmp", "somebody's");
  CHECK(refused("temporary", "config.json.tmp", "empty folder"));
  scratch.write("samples/samples/000001.png", "somebody's");
  CHECK(refused("samples", "000001.png", "empty folder"));
  scratch.write("other/config.json", R"({"architectures": ["Bert"]})");
  CHECK(refused("other", "config.json", "empty folder"));
  scratch.write("blank/config.json", "{}");
  CHECK(refused("blank", "config.json", "empty folder"));
  scratch.write("notes/config.json", config);
  scratch.write("notes/notes.txt", "mine");
  CHECK(refused("notes", "notes.txt", "empty folder"));
  scratch.write("best/config.json", config);
  scratch.write("best/samples/best.png", "mine");
  CHECK(refused("best", "best.png", "empty folder"));
  scratch.write("lost/checkpoint.safetensors", "config.json is gone");
  CHECK(refused("lost", "checkpoint.safetensors", "empty folder"));
  scratch.write("run/config.json", config);
  scratch.write("run/checkpoint.safetensors", "weights");
  CHECK(refused("run", "already holds a run", "--resume"));
  CHECK(says(refusal("/"), "/: holds", "empty folder"));
}

TEST_CASE("run folder: one process holds it, and says who it is") {
  const Scratch scratch;
  {
    const RunDirectory first = RunDirectory::create(scratch / "run", {});
    const std::string mine = "process " + std::to_string(getpid()) + " on ";
    CHECK(says(complaint([&] { RunDirectory::resume(scratch / "run"); }), "is in use by", mine));
    CHECK(says(refusal(scratch / "run"), "is in use by", mine, "kantor_tests"));
    CHECK(complaint([&] { RunDirectory::open(scratch / "run"); }) == "");  // others may read
    CHECK(fs::exists(scratch / "run/config.json"));
  }
  CHECK(!fs::exists(scratch / "run/run.lock"));
  scratch.write("run/run.lock", "process 1 on a machine that lost its power");
  CHECK(complaint([&] { RunDirectory::resume(scratch / "run"); }) == "");
}

TEST_CASE("run folder: what killed writers left is removed by who goes on, the rest is not") {
  const Scratch scratch;
  scratch.write("run/config.json", gan::training::to_json({}));
  for (const char* kept : {"my.tmp", "my.csv.1-2.tmp", "notes.txt", "samples/best.png.1-2.tmp"})
    scratch.write(std::string("run/") + kept, "mine");
  for (const char* orphan : {"checkpoint.safetensors.9-0.tmp", "checkpoint.safetensors.tmp",
                             "log.csv.9-1.tmp", "samples/000500.png.9-2.tmp"})
    scratch.write(std::string("run/") + orphan, "half");
  RunDirectory::open(scratch / "run");  // only looks
  CHECK(fs::exists(scratch / "run/log.csv.9-1.tmp"));
  RunDirectory::resume(scratch / "run");
  std::set<std::string> names;
  for (const auto& [name, bytes] : files_below(scratch / "run")) names.insert(name);
  CHECK(names == std::set<std::string>{"config.json", "my.tmp", "my.csv.1-2.tmp", "notes.txt",
                                       "samples/best.png.1-2.tmp"});
}

TEST_CASE("run folder: pipes, folders and huge files where files of a run should be") {
  const Scratch scratch;
  const auto fails = [&](const std::string& prepare, const char* file, const char* reason) {
    fs::remove_all(scratch / "run");
    fs::create_directories(scratch / "run/samples");
    scratch.write("run/config.json", gan::training::to_json({}));
    scratch.write("run/checkpoint.safetensors", "no matter");
    for (const std::string command : {"gan train --resume run", "gan sample run"})
      CHECK(kGan.refused(kGan.run(scratch, "cd run && { " + prepare + "; } && cd .. && " + command),
                         1, file, reason));
  };
  for (const char* file : {"config.json", "checkpoint.safetensors", "log.csv"}) {
    const std::string remove = std::string("rm -rf ") + file + "; ";
    fails(remove + "mkfifo " + file, file, "is not a file");
    fails(remove + "mkdir " + file, file, "is not a file");
  }
}

TEST_CASE("run folder: folders where a resumed run has grids are refused, and kept") {
  const Scratch scratch;
  scratch.write("run/config.json", gan::training::to_json({}));
  scratch.write("run/samples/000010.png/mine", "kept");
  fs::create_directory(scratch / "run/log.csv.3-1.tmp");
  CHECK(says(complaint([&] { RunDirectory::resume(scratch / "run"); }), "samples/000010.png",
             "is not a file"));
  CHECK(fs::exists(scratch / "run/samples/000010.png/mine"));
}

TEST_CASE("run folder: a config.json of gigabytes is not read") {
  const Scratch scratch;
  scratch.write("run/config.json", "{");
  fs::resize_file(scratch / "run/config.json", std::uintmax_t{3} << 30);  // a hole takes no space
  const RunDirectory run = RunDirectory::open(scratch / "run");
  CHECK(says(complaint([&] { run.config(); }), "config.json", "3221225472 bytes"));
  CHECK(says(refusal(scratch / "run"), "config.json"));
}

TEST_CASE("run folder: grids of later steps are removed, and no other pictures") {
  const Scratch scratch;
  const RunDirectory run = RunDirectory::create(scratch / "run", {});
  for (const char* name : {"000010.png", "000020.png", "1000000.png", "best.png", "30.png"})
    scratch.write(std::string("run/samples/") + name, "");
  run.remove_samples_after(10);
  std::set<std::string> names;
  for (const auto& [name, bytes] : files_below(scratch / "run/samples")) names.insert(name);
  CHECK(names == std::set<std::string>{"000010.png", "best.png", "30.png"});
}

TEST_CASE("csv log: rows move under the columns of a run that goes on with others") {
  const Scratch scratch;
  const std::string path = scratch.write("log.csv", "step,a,b\n1,10,20\n2,11,21\n3,12,22\n4,1");
  CHECK(gan::run::CsvLog::header(path) == "step,a,b");
  CHECK(gan::run::CsvLog::header(scratch / "none") == "");
  gan::run::CsvLog log(path, "step,a,score,b", 2);
  log.add("3,0,5,0");
  log.sync();
  CHECK(engine::read_file(path) == "step,a,score,b\n1,10,,20\n2,11,,21\n3,0,5,0\n");
  CHECK(gan::run::CsvLog(path, "step,b", 9).last_row() == "3,0");

  // What is no row of the file's columns is no row of the resumed one's either.
  scratch.write("log.csv", "step,a\ngarbage\n,,\n-1,2\n1,10\n1\n2,11,5\n1x,2\n2,11\n9,9\n2,0\n");
  gan::run::CsvLog(path, "step,a", 2);
  CHECK(engine::read_file(path) == "step,a\n1,10\n2,11\n");
}

}  // namespace
