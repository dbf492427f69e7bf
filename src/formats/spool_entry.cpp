// Converts entries of the spool to bytes and back.
#include "formats/spool_entry.h"

#include <algorithm>
#include <bit>

namespace groel::formats {
namespace {

static_assert(std::endian::native == std::endian::little, "values are stored as they lie in memory");

constexpr ErrorKind kLastKind = ErrorKind::internal;

nlohmann::json error_to_json(const Error& error) {
  return {{"kind", name(error.kind())},
          {"what", error.parts().what},
          {"where", error.parts().where},
          {"remedy", error.parts().remedy}};
}

Error error_from_json(const nlohmann::json& json) {
  const auto& text = json.at("kind").get_ref<const std::string&>();
  auto kind = ErrorKind::internal;
  for (int i = 0; i <= static_cast<int>(kLastKind); ++i)
    if (name(static_cast<ErrorKind>(i)) == text) kind = static_cast<ErrorKind>(i);
  return Error(kind, Error::Parts{json.at("what"), json.at("where"), json.at("remedy")});
}

std::string head_of(const Spool::Entry& entry) {
  nlohmann::json head = {{"items", nlohmann::json::array()}};
  for (const Item& item : entry.items)
    head["items"].push_back({{"kind", name(item.output)}, {"layer", item.layer}, {"shape", item.shape}});
  if (entry.error) head["error"] = error_to_json(*entry.error);
  // An error may quote bytes of the input that are not UTF-8.
  return head.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Only if `values_left` says that the item's values are there.
bool decode_item(const nlohmann::json& json, Item& item, std::uint64_t& values_left) {
  const auto output = bio::parse_output(json.at("kind").get_ref<const std::string&>());
  if (!output) return false;
  item.output = *output;
  item.layer = json.at("layer");
  item.shape = json.at("shape").get<std::vector<std::int64_t>>();
  std::uint64_t count = 1;
  for (const std::int64_t size : item.shape) {
    if (size < 0 || (size > 0 && count > values_left / static_cast<std::uint64_t>(size))) return false;
    count *= static_cast<std::uint64_t>(size);
  }
  if (count > values_left) return false;
  values_left -= count;
  return true;
}

}  // namespace

void encode(const Spool::Entry& entry, EncodedEntry& out) {
  out.head = head_of(entry);
  out.head_size = out.head.size();
  out.pieces = {{&out.head_size, sizeof out.head_size}, {out.head.data(), out.head.size()}};
  for (const Item& item : entry.items)
    out.pieces.push_back({const_cast<float*>(item.values.data()), item.values.size() * sizeof(float)});
  for (const iovec& piece : out.pieces) out.size += piece.iov_len;
}

std::size_t value_count(const Item& item) noexcept {
  std::size_t count = 1;
  for (const std::int64_t size : item.shape) count *= static_cast<std::size_t>(size);
  return count;
}

std::optional<Spool::Entry> decode_head(std::string_view head, std::uint64_t value_bytes) try {
  const auto json = nlohmann::json::parse(head);
  Spool::Entry entry;
  std::uint64_t values_left = value_bytes / sizeof(float);
  for (const auto& item : json.at("items"))
    if (!decode_item(item, entry.items.emplace_back(), values_left)) return std::nullopt;
  if (json.contains("error")) entry.error = error_from_json(json["error"]);
  if (values_left != 0 || value_bytes % sizeof(float) != 0) return std::nullopt;
  return entry;
} catch (const nlohmann::json::exception&) {
  return std::nullopt;
}

}  // namespace groel::formats
