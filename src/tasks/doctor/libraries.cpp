// Asks each outside library for its version.
#include "tasks/doctor/libraries.h"

#include <H5public.h>
#include <duktape.h>
#include <fmt/core.h>
#include <gnu/libc-version.h>
#include <hwy/highway.h>
#include <lzma.h>
#include <openssl/crypto.h>
#include <png.h>
#include <zlib.h>
#include <zstd.h>

#include <Eigen/src/Core/util/Macros.h>
#include <gemmi/version.hpp>

#include "base/toml.h"
#include "folding/molecule.h"
#include "ops/onednn.h"

namespace groel::tasks {
namespace {

std::string hdf5_version() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{}", major, minor, release);
}

// 90100, 20703: two digits each.
std::string by_hundreds(unsigned long number) {
  return fmt::format("{}.{}.{}", number / 10000, number / 100 % 100, number % 100);
}

}  // namespace

nlohmann::json library_versions() {
  return {{"onednn", ops::onednn_version()},
          {"hdf5", hdf5_version()},
          {"zlib", zlibVersion()},
          {"zstd", ZSTD_versionString()},
          {"liblzma", lzma_version_string()},
          {"openssl", OpenSSL_version(OPENSSL_VERSION_STRING)},
          {"libpng", by_hundreds(png_access_version_number())},
          {"duktape", by_hundreds(DUK_VERSION)},
          {"glibc", gnu_get_libc_version()},
          {"fmt", by_hundreds(FMT_VERSION)},
          {"highway", fmt::format("{}.{}.{}", HWY_MAJOR, HWY_MINOR, HWY_PATCH)},
          {"nlohmann_json", fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                                        NLOHMANN_JSON_VERSION_PATCH)},
          {"eigen", fmt::format("{}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION)},
          {"gemmi", GEMMI_VERSION},
          {"rdkit", folding::has_molecules() ? folding::rdkit_version() : "not here"},
          {"tomlplusplus", toml_library_version()}};
}

}  // namespace groel::tasks
