// Recognises what was given instead of an index or embeddings: files of the steps before or after.
#pragma once

#include <filesystem>

#include "base/error.h"

namespace groel::tasks {

/// Says what `path`, which is no index, is instead, and which command makes an index of it. `why`: what is wrong with
/// it as an index, for files that are like nothing else. Errors: io, not_found.
Error not_an_index(const std::filesystem::path& path, const std::string& why);

/// Refuses what `search index` cannot read as embeddings because it is sequences, or an index already. Errors:
/// bad_input; io, not_found.
void require_embeddings(const std::filesystem::path& path);

}  // namespace groel::tasks
