#include "gan/console/plot.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "engine/check.h"
#include "engine/file.h"
#include "gan/console/printable.h"

namespace gan::console {
namespace {

namespace fs = std::filesystem;

// The body twice, for the two image formats.
std::string script(const Plot& plot) {
  std::ostringstream text;
  text << "# Draws " << plot.name << ".svg and " << plot.name << ".png from " << plot.name
       << ".csv: gnuplot " << plot.name << ".gnuplot\n"
       << "set datafile separator ','\n";
  // Of the PNG terminals only pngcairo draws dashes; not every gnuplot has it.
  text << "\npng = strstrt(GPVAL_TERMINALS, 'pngcairo') ? 'pngcairo' : 'png'\n";
  for (const char* kind : {"svg", "png"})
    text << "\nset terminal " << (kind[0] == 's' ? "svg background 'white'" : "@png") << " size "
         << plot.width << "," << plot.height << "\nset output '" << plot.name << '.' << kind
         << "'\n"
         << plot.body;
  return text.str();
}

// Runs gnuplot in this folder; false if there is none, or it fails.
bool gnuplot(const std::string& folder, const std::string& file) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string program = "gnuplot", script = file;
  char* arguments[] = {program.data(), script.data(), nullptr};
  pid_t child = 0;
  const int error = posix_spawnp(&child, "gnuplot", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  return error == 0 && waitpid(child, &status, 0) == child && status == 0;
}

}  // namespace

std::string draw(const Plot& plot) {
  std::error_code error;
  fs::create_directories(plot.folder, error);
  engine::check(!error, plot.folder, ": cannot be made: ", error.message());
  const std::string base = (fs::path(plot.folder) / plot.name).string();
  engine::write_file(base + ".csv", plot.data);
  engine::write_file(base + ".gnuplot", script(plot));
  if (gnuplot(plot.folder, plot.name + ".gnuplot")) return base + ".png";
  return base + ".gnuplot is not drawn: gnuplot is missing or failed; the data is in " + base +
         ".csv";
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : console::printable(text))
    result += c == '\'' ? std::string("''") : std::string(1, c);
  return result + "'";
}

}  // namespace gan::console
