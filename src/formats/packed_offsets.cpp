// Computes where each record's values begin in packed arrays.
#include "formats/packed_offsets.h"

#include <algorithm>

#include "base/error.h"

namespace groel::formats {
namespace {

bool has_offsets(Output output) { return bio::per(output) != Per::protein; }

bool is_of(const PackedOffsets::Group& group, Output output) {
  return has_offsets(output) && (is_flat(output) ? group.flat == output : !group.flat);
}

// Room that a record takes in the arrays of a group; 0 when it failed.
std::int64_t room(const Result& result, const PackedOffsets::Group& group) {
  for (const Item& item : result.items)
    if (is_of(group, item.output)) return group.flat ? static_cast<std::int64_t>(item.values.size()) : item.shape[0];
  return 0;
}

// One array of offsets serves all layers of a flat output only if they are equally wide.
void require_one_width(const ResultSchema& schema, const ResultSchema::Column& column) {
  for (const auto& other : schema.columns)
    if (other.output == column.output) GROEL_REQUIRE(!is_flat(column.output) || other.width == column.width);
}

}  // namespace

bool is_flat(Output output) noexcept {
  return bio::per(output) == Per::residue_pair || bio::per(output) == Per::token_pair;
}

PackedOffsets::PackedOffsets(const ResultSchema& schema) {
  for (const auto& column : schema.columns) {
    require_one_width(schema, column);
    const bool known =
        std::any_of(groups_.begin(), groups_.end(), [&](const Group& group) { return is_of(group, column.output); });
    if (!has_offsets(column.output) || known) continue;
    groups_.push_back({is_flat(column.output) ? std::optional(column.output) : std::nullopt, {0}});
  }
}

void PackedOffsets::add(const Result& result) {
  for (Group& group : groups_) group.offsets.push_back(group.offsets.back() + room(result, group));
}

}  // namespace groel::formats
