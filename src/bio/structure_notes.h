// How the residues of chains were read from a structure, in numbers and sentences.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bio/structure.h"

namespace groel::bio {

/// Counts over the residues of one chain or many.
class ResidueCounts {
 public:
  void add(const Chain& chain);
  /// "76 residues have no CB: built from N, CA, C" and its like; none where every residue is as it should be.
  std::vector<std::string> sentences() const;
  bool has_sites() const noexcept { return sites_ > 0; }

 private:
  std::int64_t sites_ = 0, built_ = 0, alpha_ = 0, alternatives_ = 0, disagreeing_ = 0, unknown_ = 0, unseen_ = 0;
  std::vector<std::string> without_site_;        // "LYS 5"
  std::map<std::string, std::int64_t> read_as_;  // "HIE as HIS" -> residues
};

}  // namespace groel::bio
