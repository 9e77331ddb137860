// The functions of NCCL that this backend calls: each calls its namesake in the library.
#include "engine/cuda/nccl.h"

#include <dlfcn.h>
#include <nccl.h>

#include "engine/cuda/library.h"

namespace engine::cuda {
namespace {

void* library() {
  static void* const opened = open_library("libnccl.so.2", KANTOR_NCCL_PATH);
  return opened;
}

template <class Result, class... Arguments>
Result call(const char* name, Arguments... arguments) {
  return call_in<Result>(library(), "NCCL", name, arguments...);
}

}  // namespace

std::string nccl_missing() {
  if (library() != nullptr) return "";
  const char* why = dlerror();
  return std::string("NCCL cannot be opened") + (why ? std::string(" (") + why + ")" : "");
}

}  // namespace engine::cuda

using engine::cuda::call;

ncclResult_t ncclGetUniqueId(ncclUniqueId* id) { return call<ncclResult_t>("ncclGetUniqueId", id); }

ncclResult_t ncclCommInitRank(ncclComm_t* communicator, int count, ncclUniqueId id, int rank) {
  return call<ncclResult_t>("ncclCommInitRank", communicator, count, id, rank);
}

ncclResult_t ncclCommDestroy(ncclComm_t communicator) {
  return call<ncclResult_t>("ncclCommDestroy", communicator);
}

ncclResult_t ncclAllReduce(const void* from, void* to, size_t count, ncclDataType_t type,
                           ncclRedOp_t op, ncclComm_t communicator, cudaStream_t stream) {
  return call<ncclResult_t>("ncclAllReduce", from, to, count, type, op, communicator, stream);
}

const char* ncclGetErrorString(ncclResult_t result) {
  return call<const char*>("ncclGetErrorString", result);
}
