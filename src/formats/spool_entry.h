// An entry of the spool as bytes: a JSON header (kinds, layers, shapes, error) and the values, raw f32.
#pragma once

#include <sys/uio.h>

#include <string>
#include <vector>

#include "formats/spool.h"

namespace groel::formats {

/// The bytes of an entry as pieces in order; they point into this object and into the entry's values.
struct EncodedEntry {
  std::uint64_t head_size = 0;
  std::string head;
  std::vector<iovec> pieces;
  std::uint64_t size = 0;  ///< of all pieces
};
void encode(const Spool::Entry& entry, EncodedEntry& out);

/// The entry that `head` describes, without room for its values. Returns nothing when `head` is not one, or does not go
/// with `value_bytes`.
std::optional<Spool::Entry> decode_head(std::string_view head, std::uint64_t value_bytes);

/// Of an item that was decoded.
std::size_t value_count(const Item& item) noexcept;

}  // namespace groel::formats
