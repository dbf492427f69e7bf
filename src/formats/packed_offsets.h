// Where each record's values lie in arrays that hold all records one after the other.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/result.h"

namespace groel::formats {

/// Kinds that share one array of offsets: those with a row a residue, and each of those that are flat.
enum class OffsetGroup { none, residues, contacts, attentions };
OffsetGroup offset_group(ItemKind kind) noexcept;
/// True for kinds stored flat ([Σ values]) and not as rows.
bool is_flat(ItemKind kind) noexcept;

/// Offsets [N+1] of every group that the schema's columns need: in rows for residues, in values for flat kinds. A
/// failed record takes no room.
class PackedOffsets {
 public:
  explicit PackedOffsets(const ResultSchema& schema);
  void add(const Result& result);

  struct Group {
    OffsetGroup group;
    std::vector<std::int64_t> offsets;
  };
  const std::vector<Group>& groups() const noexcept { return groups_; }

 private:
  std::vector<Group> groups_;
};

}  // namespace groel::formats
