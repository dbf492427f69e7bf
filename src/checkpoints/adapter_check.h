// Checks that an adapter matches its configuration and uses only features that GroEL supports.
#pragma once

#include "checkpoints/adapter.h"

namespace groel::checkpoints {

inline constexpr std::string_view kAdapterPrefix = "base_model.model.";
inline constexpr std::string_view kAdapterA = ".lora_A.weight";
inline constexpr std::string_view kAdapterB = ".lora_B.weight";

[[noreturn]] void bad_adapter(const std::string& what, const std::string& where = "adapter_config.json");

/// Errors: bad_model, naming the field or the tensor, for a configuration that is no LoRA's, one that asks for what is
/// not done (it would give other numbers without a message), and one that its tensors do not match.
void check_adapter(const Adapter& adapter);

}  // namespace groel::checkpoints
