// RunLock: one process at a time trains in a folder. It holds the lock of the file run.lock there
// (flock) until it is destroyed; the system releases the lock of a killed process.
//
//   const RunLock lock("runs/mine");
//
// The file names the process, and is removed at the end. On NFS, Linux enforces such locks across
// machines. Errors: InUse if it is locked, with the process that holds the lock.
#pragma once

#include <string>

#include "engine/check.h"

namespace gan::run {

class InUse : public engine::Error {
 public:
  using Error::Error;
};

class RunLock {
 public:
  static constexpr const char* kFile = "run.lock";
  explicit RunLock(const std::string& folder, const std::string& file = kFile);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

  // Errors: the folder was moved or the file removed, so that another process may train there.
  void check_held() const;
  bool works() const { return works_; }  // false: the file system of the folder has no locks

  // Whether a RunLock made the file: another program may use the same name.
  static bool is_of_run(const std::string& file);

 private:
  const std::string path_;
  int descriptor_ = -1;
  bool works_ = true;
};

}  // namespace gan::run
