// Finds out of which family a network is that folds sequences.
#include "structure_models/sequence_network.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;

const std::array<SequenceNetworkFamily, 2>& sequence_families() {
  static const std::array<SequenceNetworkFamily, 2> all{esmfold_family(), minifold_family()};
  return all;
}

const SequenceNetworkFamily* sequence_family_at(const fs::path& path) {
  const auto found = std::ranges::find_if(sequence_families(), [&](const auto& one) { return one.is_at(path); });
  return found == sequence_families().end() ? nullptr : &*found;
}

}  // namespace

bool is_sequence_network_at(const fs::path& path) { return sequence_family_at(path) != nullptr; }

std::unique_ptr<SequenceNetwork> load_sequence_network(const fs::path& path, ops::Precision precision) {
  const SequenceNetworkFamily* const family = sequence_family_at(path);
  if (family == nullptr)
    throw Error(ErrorKind::unsupported,
                {"this is neither an ESMFold nor a MiniFold, which fold sequences", path.string(),
                 "give the folder of facebook/esmfold_v1, fair-esm's esmfold_3B_v1.pt, or minifold_48L_final.ckpt"});
  return family->load(path, precision);
}

}  // namespace groel::structure_models
