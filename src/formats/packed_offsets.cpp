// Counting of offsets.
#include "formats/packed_offsets.h"

#include <algorithm>

#include "base/error.h"

namespace groel::formats {
namespace {

// Room that a record takes in the arrays of a group; 0 when it failed.
std::int64_t room(const Result& result, OffsetGroup group) {
  for (const Item& item : result.items) {
    if (offset_group(item.kind) != group) continue;
    return group == OffsetGroup::residues ? item.shape[0] : static_cast<std::int64_t>(item.values.size());
  }
  return 0;
}

// One array of offsets serves all layers of a flat kind only if they are equally wide.
void require_one_width(const ResultSchema& schema, const ResultSchema::Column& column) {
  for (const auto& other : schema.columns)
    if (other.kind == column.kind) GROEL_REQUIRE(!is_flat(column.kind) || other.width == column.width);
}

}  // namespace

OffsetGroup offset_group(ItemKind kind) noexcept {
  switch (kind) {
    case ItemKind::per_residue:
    case ItemKind::logits: return OffsetGroup::residues;
    case ItemKind::contacts: return OffsetGroup::contacts;
    case ItemKind::attentions: return OffsetGroup::attentions;
    default: return OffsetGroup::none;
  }
}

bool is_flat(ItemKind kind) noexcept { return kind == ItemKind::contacts || kind == ItemKind::attentions; }

PackedOffsets::PackedOffsets(const ResultSchema& schema) {
  for (const auto& column : schema.columns) {
    require_one_width(schema, column);
    const OffsetGroup group = offset_group(column.kind);
    const bool known = std::any_of(groups_.begin(), groups_.end(), [&](const Group& g) { return g.group == group; });
    if (group != OffsetGroup::none && !known) groups_.push_back({group, {0}});
  }
}

void PackedOffsets::add(const Result& result) {
  for (Group& group : groups_) group.offsets.push_back(group.offsets.back() + room(result, group.group));
}

}  // namespace groel::formats
