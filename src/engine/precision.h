// The precisions in which a model can run, by name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ops/linear.h"

namespace groel::engine {

/// "f32", "bf16", "f32x3" and "int8", which is for use alone.
std::vector<std::string> precision_names();
/// Those in which a model can be trained: all but "int8".
std::vector<std::string> training_precision_names();
/// Parses one of them. Errors: usage.
ops::Precision parse_precision(const std::string& text);
std::string_view name(ops::Precision precision) noexcept;

/// "exact" and "int8".
std::vector<std::string> weight_form_names();
/// Parses one of them. Errors: usage.
ops::WeightForm parse_weight_form(const std::string& text);

}  // namespace groel::engine
