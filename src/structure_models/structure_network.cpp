// Finds out of which family weights are.
#include "structure_models/structure_network.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "structure_models/alphafold3/records.h"
#include "structure_models/esmfold/checkpoint.h"
#include "structure_models/minifold/checkpoint.h"
#include "structure_models/open_weights.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;

const std::array<NetworkFamily, 4>& network_families() {
  static const std::array<NetworkFamily, 4> all{alphafold3_family(), boltz2_family(), openfold3_family(),
                                                protenix_family()};
  return all;
}

const NetworkFamily& family_at(const fs::path& path) {
  const auto found =
      std::ranges::find_if(network_families(), [&](const NetworkFamily& one) { return one.is_at(path); });
  if (found != network_families().end()) return *found;
  if (is_esmfold_at(path))
    throw Error(ErrorKind::unsupported, {"this is ESMFold, which folds sequences and no jobs", path.string(),
                                         "give a FASTA file and -m with this path"});
  if (is_minifold_at(path))
    throw Error(ErrorKind::unsupported, {"this is MiniFold, which folds sequences and no jobs", path.string(),
                                         "give a FASTA file and -m with this path"});
  // What cannot be told is told by its reader.
  if (!find_open_weights(path, protenix_files()).empty()) return network_families().back();
  std::error_code failed;
  if (fs::is_regular_file(path, failed))
    throw Error(ErrorKind::bad_model, {"these are neither weights of AlphaFold 3 or IntelliFold-2 (NAME.bin, "
                                       "NAME.bin.zst) nor of Protenix, OpenFold3 (NAME.pt) or "
                                       "Boltz-2 (NAME.ckpt)",
                                       path.string(), "give the file as it was published, or its folder"});
  if (!fs::exists(path, failed))
    throw Error(ErrorKind::not_found, {"there is no such folder or file of weights", path.string(), {}});
  throw Error(ErrorKind::not_found,
              {"no weights of AlphaFold 3 are in this folder, nor any of IntelliFold-2, Protenix, OpenFold3 or "
               "Boltz-2: no NAME.bin, "
               "NAME.bin.zst or parts of one, no NAME.pt and no NAME.ckpt",
               path.string(),
               "give the folder that holds af3.bin.zst (or af3.bin), or a file of Protenix, OpenFold3 or Boltz-2"});
}

}  // namespace

bool is_structure_network_at(const fs::path& path) {
  return std::ranges::any_of(network_families(), [&](const NetworkFamily& one) { return one.is_at(path); });
}

NetworkFacts structure_network_facts(const fs::path& path) { return family_at(path).facts(path); }

std::unique_ptr<StructureNetwork> load_structure_network(const fs::path& path, ops::Precision precision) {
  return family_at(path).load(path, precision);
}

}  // namespace groel::structure_models
