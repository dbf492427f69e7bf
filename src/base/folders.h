// Folders that are written completely or not at all.
#pragma once

#include <filesystem>
#include <functional>

namespace groel {

/// Calls `fill` with an empty temporary folder beside `target`, puts it on disk and renames it to `target`, which it
/// replaces in one step where the file system can. When `fill` or the system fails, the temporary folder is removed and
/// what was at `target` stays. Errors: io, and what `fill` throws.
void write_folder(const std::filesystem::path& target, const std::function<void(const std::filesystem::path&)>& fill);

/// A rename is on disk when its folder is.
void sync_folder(const std::filesystem::path& folder);

/// The two change names in one step. -> false where the file system has no such step. Errors: io.
bool swap_folders(const std::filesystem::path& a, const std::filesystem::path& b);

/// false also where a link leads nowhere or a folder cannot be searched: whatever is wrong is reported on opening.
bool is_there(const std::filesystem::path& path);

/// Removes a folder so that no half of it is ever seen under its name.
void remove_folder(const std::filesystem::path& folder);

}  // namespace groel
