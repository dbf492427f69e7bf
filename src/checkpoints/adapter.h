// Low-rank adapters (LoRA) on disk in PEFT's format, and merging them into a checkpoint.
#pragma once

#include <filesystem>

#include "checkpoints/checkpoint.h"
#include "nn/lora.h"
#include "tensor/tensor.h"

namespace groel::checkpoints {

/// adapter_config.json and adapter_model.safetensors; tensors under PEFT's names ("base_model.model.….lora_A.weight",
/// and whole modules trained beside, "base_model.model.classifier.…").
struct Adapter {
  nlohmann::json config;
  io::ArrayMap tensors;
};

/// Errors: not_found, io; bad_model for a configuration that is no LoRA's, or one that uses what is not supported.
Adapter read_adapter(const std::filesystem::path& folder);

struct AdapterNames {
  std::string task;         ///< PEFT's task_type ("SEQ_CLS"), or empty
  std::string base;         ///< base_model_name_or_path; empty: none
  bool transposed = false;  ///< the base's matrices are [in, out] in its files
};
/// Writes both files into `folder`, which is there, the weights last. Errors: io.
void write_adapter(const std::filesystem::path& folder, const std::vector<NamedTensor>& parameters,
                   const nn::LoraOptions& options, const AdapterNames& names);

/// An adapter, and no whole model.
bool is_adapter(const std::filesystem::path& folder);
/// The base model of an adapter, which may be an adapter too, with it merged and the configuration beside it. Errors:
/// as read_checkpoint; not_found saying where the base was looked for.
Checkpoint read_adapted(const std::filesystem::path& folder);

/// Rank, alpha and targets of an adapter.
nn::LoraOptions lora_options(const Adapter& adapter);
/// Copies an adapter's tensors into the parameters of a trainee made with its lora_options; call parameters_changed()
/// after. Errors: bad_model, listing names or shapes that do not fit.
void load_adapter(const Adapter& adapter, std::vector<NamedTensor> parameters);

/// Adds (alpha / r) B A to every adapted weight of the checkpoint, and puts whole modules in; `unmerge` takes the
/// update away again (to rounding). Errors: bad_model for layers that the checkpoint lacks.
void merge_adapter(Checkpoint& checkpoint, const Adapter& adapter);
void unmerge_adapter(Checkpoint& checkpoint, const Adapter& adapter);

}  // namespace groel::checkpoints
