// A checkpoint brought to another layout and precision, and what became of its tensors.
#pragma once

#include <string>
#include <vector>

#include "checkpoints/checkpoint.h"
#include "models/model.h"
#include "tensor/tensor.h"

namespace groel::checkpoints {

/// Where the tensors of a file that is written come from, by names in it; `dropped` by names in the file that was read.
struct ConversionReport {
  std::int64_t kept = 0;              ///< under their own names
  std::int64_t renamed = 0;           ///< whole, under other names
  std::vector<std::string> split;     ///< a part of one
  std::vector<std::string> joined;    ///< several in one
  std::vector<std::string> tied;      ///< the same numbers as another, stored once
  std::vector<std::string> computed;  ///< not in the file that was read: filled in, or merged from an adapter
  std::vector<std::string> dropped;   ///< what has no place in the new file

  nlohmann::ordered_json to_json() const;
  /// "60 tensors renamed, 9 joined into 3 (…)"; one line for each kind that is there.
  std::vector<std::string> lines() const;
};

struct Conversion {
  models::RawCheckpoint file;        ///< as it is to be written, in the precision that was read
  std::vector<NamedTensor> tensors;  ///< of the precision that was asked for; those with the same numbers share memory
  ConversionReport report;
};

/// In the model's own names, with a Hugging Face configuration. `model` is `checkpoint`, loaded. i8: matrices of layers
/// as whole numbers (ops::to_whole) with the scales of their rows beside them ("…weight_scale"), all else in bf16.
Conversion to_hugging_face(const Checkpoint& checkpoint, models::Model& model, DType dtype);
/// In the layout of its family's own code. Errors: unsupported, where there is none or it cannot hold the model; usage,
/// for i8.
Conversion to_native(const Checkpoint& checkpoint, models::Model& model, DType dtype);

}  // namespace groel::checkpoints
