// Names and groups of the kinds of item.
#include <algorithm>
#include <array>

#include "formats/result.h"

namespace groel::formats {
namespace {

struct KindRow {
  ItemKind kind;
  std::string_view name;
};

constexpr std::array<KindRow, 7> kKinds{{
    {ItemKind::mean, "mean"},
    {ItemKind::max, "max"},
    {ItemKind::cls, "cls"},
    {ItemKind::per_residue, "per_residue"},
    {ItemKind::logits, "logits"},
    {ItemKind::contacts, "contacts"},
    {ItemKind::attentions, "attentions"},
}};

bool same_name(std::string_view text, std::string_view name) noexcept {
  return std::equal(text.begin(), text.end(), name.begin(), name.end(),
                    [](char a, char b) { return (a == '-' ? '_' : a) == b; });
}

}  // namespace

std::string_view name(ItemKind kind) noexcept {
  for (const KindRow& row : kKinds)
    if (row.kind == kind) return row.name;
  return "unknown";
}

std::optional<ItemKind> parse_item_kind(std::string_view text) noexcept {
  for (const KindRow& row : kKinds)
    if (same_name(text, row.name)) return row.kind;
  return std::nullopt;
}

bool is_pooled(ItemKind kind) noexcept {
  return kind == ItemKind::mean || kind == ItemKind::max || kind == ItemKind::cls;
}

}  // namespace groel::formats
