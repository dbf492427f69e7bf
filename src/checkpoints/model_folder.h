// Replaces the model in a folder in one step, and leaves all other files in it alone.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

namespace groel::checkpoints {

/// Whether a file of that name is part of a model as Hugging Face's folders hold it: configuration, weights,
/// vocabulary, adapter. Everything else in such a folder is its owner's.
bool is_model_file(std::string_view name);

/// Calls `fill` with an empty folder beside `target` and swaps the two in one step; what else was in `target` (notes,
/// .git, checkpoints) is then moved over. A kill at any moment leaves the old model or the new one, whole; what it
/// leaves besides is put right by the next call. Errors: usage when another process writes there; io; what `fill`
/// throws.
void write_model_folder(const std::filesystem::path& target,
                        const std::function<void(const std::filesystem::path&)>& fill);

}  // namespace groel::checkpoints
