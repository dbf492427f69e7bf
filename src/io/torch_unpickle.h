// Reads the pickle of a torch file: the names it may use, and the tensors and storages that it describes.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/dtype.h"
#include "io/pickle.h"

namespace groel::io {

/// A run of elements that a tensor looks into; its bytes are outside the pickle under `key`.
struct TorchStorage {
  std::string key;
  DType dtype = DType::u8;
  bool typed = true;             ///< false: bytes without a type of their own
  std::int64_t count = 0;        ///< elements under the key
  std::int64_t view_offset = 0;  ///< the part of them that is this storage (older files), in elements
  std::int64_t view_count = 0;
};

/// Offset and strides in elements of `dtype`.
struct TorchTensor {
  std::size_t storage = 0;
  DType dtype = DType::f32;
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
};

/// The host that knows torch's names (a table in the .cpp) and refuses every other: bad_model "refuses to run code".
class TorchHost : public PickleHost {
 public:
  PickleValue global(PickleMachine& machine, std::string_view module, std::string_view name) override;
  PickleValue call(PickleMachine& machine, const PickleValue& callee, const PickleValue& arguments) override;
  PickleValue persistent(PickleMachine& machine, const PickleValue& id) override;

  const std::vector<TorchStorage>& storages() const noexcept { return storages_; }
  const std::vector<TorchTensor>& tensors() const noexcept { return tensors_; }

 private:
  PickleValue rebuild_tensor(PickleMachine& machine, const std::vector<PickleValue>& arguments,
                             std::optional<DType> dtype);

  std::vector<TorchStorage> storages_;
  std::vector<TorchTensor> tensors_;
};

/// A pickled object as JSON, as TorchFile describes. Errors: bad_model for cycles, nesting over 64 levels, keys that
/// are neither text nor a number, doubled keys, and more than a checkpoint can hold (2 million values, 64 MB of text).
nlohmann::json pickle_to_json(const PickleMachine& machine, const PickleValue& value);

}  // namespace groel::io
