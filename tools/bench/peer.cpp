#include "tools/bench/peer.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "engine/check.h"

extern char** environ;

namespace bench {

Peer::Peer(const std::string& python, int threads) {
  std::signal(SIGPIPE, SIG_IGN);  // a failing write reports that the peer is gone
  int requests[2], answers[2];
  engine::check(pipe2(requests, O_CLOEXEC) == 0 && pipe2(answers, O_CLOEXEC) == 0,
                "peer: cannot create a pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, requests[0], 0);
  posix_spawn_file_actions_adddup2(&actions, answers[1], 1);
  std::string script = KANTOR_PEER_SCRIPT, count = std::to_string(threads), program = python;
  char* arguments[] = {program.data(), script.data(), count.data(), nullptr};
  const int failed =
      posix_spawnp(&process_, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(requests[0]);
  close(answers[1]);
  to_ = requests[1];
  from_ = answers[0];
  engine::check(failed == 0, "peer: '", python, "' cannot be run; pass --python PATH");
  try {
    version_ = nlohmann::json::parse(read_line()).at("version");
  } catch (const nlohmann::json::exception&) {
    engine::fail("peer: ", python, " did not start with ", script, "; is PyTorch installed there?");
  }
}

Peer::~Peer() {
  close(to_);  // the script ends with its input
  close(from_);
  int status = 0;
  if (process_ > 0) waitpid(process_, &status, 0);
}

std::string Peer::read_line() {
  for (;;) {
    const std::size_t end = unread_.find('\n');
    if (end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    char buffer[4096];
    const ssize_t got = read(from_, buffer, sizeof buffer);
    if (got <= 0) return "";
    unread_.append(buffer, static_cast<std::size_t>(got));
  }
}

nlohmann::json Peer::ask(const nlohmann::json& request) {
  const std::string line = request.dump() + "\n";
  engine::check(write(to_, line.data(), line.size()) == static_cast<ssize_t>(line.size()),
                "peer: exited early");
  const nlohmann::json answer = nlohmann::json::parse(read_line(), nullptr, false);
  engine::check(answer.is_object(), "peer: exited early");
  engine::check(!answer.contains("error"), "peer: ", answer.value("error", ""), ", asked for ",
                request.dump());
  return answer;
}

void Peer::prepare(const std::string& name, nlohmann::json work) {
  work["prepare"] = name;
  ask(work);
}

void Peer::forget(const std::string& name) { ask({{"forget", name}}); }

Peer::Memory Peer::memory() {
  const nlohmann::json answer = ask({{"memory", true}});
  return {answer.at("peak"), answer.at("loaded")};
}

double Peer::seconds(const std::string& name) { return ask({{"run", name}}).at("seconds"); }

}  // namespace bench
