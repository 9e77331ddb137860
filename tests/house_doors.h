// Who includes whom: the rooms of the house, and what each may include. tests/house_rules.cpp
// checks the tree against this table.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace house {

// A room (or a file that is an exception) and what it may include, as patterns over the text
// between <> or "". The first row whose `where` begins the path of a file speaks for it.
struct Door {
  std::string where;
  std::string own;       // of "..."
  std::string packages;  // of <...>, besides the standard library
};

// Of the engine, what the other rooms may see: its front, not how it works inside.
inline const std::string kFront =
    "engine/(?!backend\\.h|storage\\.h|free_lists\\.h)[a-z_0-9]+\\.h|engine/ops/[a-z_0-9]+\\.h";
inline const std::string kPosix = "unistd\\.h|fcntl\\.h|signal\\.h|spawn\\.h|sys/[a-z]+\\.h";
inline const std::string kEngine = "engine/(?!cpu/|cuda/|graph/).*";

// The rooms of the laboratory stand on each other, the lowest first.
inline const std::string kOnConsole = "|gan/console/.*";
inline const std::string kOnModels = kOnConsole + "|gan/metrics/.*|gan/models/.*";
inline const std::string kOnAnalysis = kOnModels + "|gan/analysis/.*";
inline const std::string kOnTraining = kOnAnalysis + "|gan/training/.*";
inline const std::string kOnRun = kOnTraining + "|gan/run/.*";
inline const std::string kOnSweep = kOnRun + "|gan/sweep/.*";
inline const std::string kOnReport = kOnSweep + "|gan/report/.*";
inline const std::string kLab = kFront + "|layers/.*|datasets/.*";

inline const std::vector<Door> kDoors = {
    {"engine/cpu/", kEngine + "|engine/cpu/.*",
     kPosix + "|Eigen/.*|cblas\\.h|omp\\.h|immintrin\\.h|cpuid\\.h"},
    {"engine/cuda/library.h", "engine/check\\.h", "dlfcn\\.h"},
    {"engine/cuda/cublas.cpp", "engine/check\\.h|engine/cuda/library\\.h",
     "cublas_v2\\.h|dlfcn\\.h"},
    {"engine/cuda/nccl.cpp", "engine/check\\.h|engine/cuda/(library|nccl)\\.h",
     "nccl\\.h|dlfcn\\.h"},
    {"engine/cuda/collective.cpp", kEngine + "|engine/cuda/.*", "nccl\\.h"},
    {"engine/cuda/", kEngine + "|engine/cuda/.*", "cu[a-zA-Z_0-9]*\\.h|cub/.*"},
    {"engine/graph/", kFront + "|engine/ops/pointwise\\.def|engine/graph/.*|.*\\.pb\\.h",
     "google/protobuf/.*"},
    {"engine/version.cpp", kEngine + "|engine/cpu/isa\\.h", ""},
    {"engine/collective_mpi.cpp", kEngine, kPosix + "|mpi\\.h"},
    {"engine/serialize.cpp", kEngine, kPosix + "|nlohmann/json\\.hpp"},
    {"engine/", kEngine, kPosix},
    {"layers/", kFront + "|layers/.*", ""},
    {"datasets/",
     "engine/"
     "(tensor|shape|check|choices|table|philox|real|file|random|capture|images|grey_levels)\\.h|"
     "datasets/"
     ".*",
     kPosix +
         "|stb_[a-z_]+\\.h|zlib\\.h|png\\.h|jpeglib\\.h|jerror\\.h|gif_lib\\.h|webp/[a-z]+\\.h"},
    {"gan/console/",
     "engine/(check|choices|collective|device|file|notice|real|threads|version)\\.h|gan/console/.*",
     kPosix + "|CLI/.*"},
    {"gan/metrics/", kFront + "|engine/graph/(graph|write_onnx)\\.h|datasets/.*|gan/metrics/.*",
     "zip\\.h|openssl/evp\\.h|lemon/[a-z_]+\\.h"},
    {"gan/models/", kLab + "|engine/graph/(model|trace)\\.h|gan/models/.*" + kOnConsole, ""},
    {"gan/analysis/", kLab + "|gan/analysis/.*" + kOnModels, "nlohmann/json\\.hpp"},
    {"gan/training/", kLab + "|gan/training/.*" + kOnAnalysis, "nlohmann/json\\.hpp"},
    {"gan/run/event_log.cpp", "engine/(check|file)\\.h|gan/run/event(_log|\\.pb)\\.h", kPosix},
    {"gan/run/", kLab + "|gan/run/.*" + kOnTraining, kPosix + "|nlohmann/json\\.hpp"},
    {"gan/sweep/", kLab + "|gan/sweep/.*" + kOnRun, kPosix + "|nlohmann/json\\.hpp"},
    {"gan/report/", kLab + "|gan/report/.*" + kOnSweep, "nlohmann/json\\.hpp"},
    {"gan/commands/", kLab + "|engine/graph/write_onnx\\.h|gan/commands/commands\\.h" + kOnReport,
     "CLI/.*"},
    {"gan/",
     "gan/gan\\.h|gan/commands/commands\\.h|engine/check\\.h|datasets/dataset\\.h" + kOnTraining,
     "CLI/.*"},
    {"tools/", "(?!tests/).*", ".*"},
    {"tests/", ".*", ".*"},
};

// The room of a file: its folder, or the folder above that shares its namespace.
inline std::string room_of(const std::string& path) {
  std::string longest;
  for (const Door& door : kDoors)
    if (door.where.ends_with('/') && path.starts_with(door.where) &&
        door.where.size() > longest.size())
      longest = door.where;
  return longest;
}

// A file with a row of its own.
inline bool is_exception(const std::string& path) {
  return std::ranges::find(kDoors, path, &Door::where) != kDoors.end();
}

}  // namespace house
