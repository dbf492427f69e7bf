// Which files of a repository a model needs: one form of its weights, its configuration and its tokenizer.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hub/repository.h"

namespace groel::hub {

struct NeededFiles {
  std::vector<std::string> files;  ///< what is there to get at once
  std::string index;               ///< that of `files` which names more: the shards of the weights; empty: none
};

/// Safetensors before PyTorch's format, whole files before shards, and never a second precision ("model.fp16…").
/// Errors: not_found for a repository without weights that can be told, with what it holds.
NeededFiles needed_files(const RepositoryRevision& revision, const std::string& id);

/// The shards that an index names, sorted. Errors: bad_model for an index that cannot be read, or that names what the
/// repository lacks.
std::vector<std::string> shards_of(const std::filesystem::path& index, const RepositoryRevision& revision);

}  // namespace groel::hub
