// The hash of a file that its etag states: SHA-256 of large files, git's SHA-1 of small ones.
#pragma once

#include <filesystem>
#include <string>

namespace groel::hub {

/// What `git hash-object` prints: 40 digits. Errors: io, not_found; interrupted.
std::string git_hash(const std::filesystem::path& file);
/// 64 digits. Errors: the same.
std::string file_sha256(const std::filesystem::path& file);

/// 32 digits, for files of which nothing better is known. Errors: the same.
std::string file_md5(const std::filesystem::path& file);

/// The hash that an etag of that form states of the file, also "md5:…"; empty where its form is that of no hash.
std::string hash_as_etag(const std::filesystem::path& file, const std::string& etag);

}  // namespace groel::hub
