// Writes files that torch.load reads, with weights_only too: dicts, numbers, texts and tensors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "base/atomic_file.h"
#include "io/arrays.h"

namespace groel::io {

struct TorchItem;

/// A Python dict, in order.
struct TorchDict {
  /// Whether its items are its attributes, too: what fair-esm's code reads as `args.arch`. It is then an OrderedDict
  /// with attributes, which torch.load takes with weights_only as it does not take argparse.Namespace.
  enum class Kind { plain, attributes };

  std::vector<TorchItem> items;
  Kind kind = Kind::plain;
};

struct TorchItem {
  std::variant<std::string, std::int64_t> key;
  std::variant<nlohmann::json, ArrayView, TorchDict> value;  ///< of JSON: null, truth values, numbers, texts
};

/// Writes the zip form of torch.save whole (see AtomicFile). Bytes are not copied; tensors with the same bytes in
/// memory share one storage, and data is aligned to 64 bytes, so that it can be mapped. Errors: io, not_found (the
/// folder).
void write_torch(const std::filesystem::path& path, const TorchDict& root, Durable durable = Durable::at_once);

}  // namespace groel::io
