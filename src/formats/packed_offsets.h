// Where each record's values are in arrays that hold all records one after the other.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "formats/result.h"

namespace groel::formats {

/// True for outputs stored flat ([Σ values]) and not as rows.
bool is_flat(Output output) noexcept;

/// Offsets [N+1] of every group that the schema's columns need: in rows for residues, in values for flat kinds. A
/// failed record takes no room.
class PackedOffsets {
 public:
  explicit PackedOffsets(const ResultSchema& schema);
  void add(const Result& result);

  /// Outputs that share one array of offsets: all of residues, and each of those that are flat.
  struct Group {
    std::optional<Output> flat;  ///< none: those of residues
    std::vector<std::int64_t> offsets;
  };
  const std::vector<Group>& groups() const noexcept { return groups_; }

 private:
  std::vector<Group> groups_;
};

}  // namespace groel::formats
