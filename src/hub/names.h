// Names that come from servers and users and become paths: what each may look like.
#pragma once

#include <string>
#include <string_view>

namespace groel::hub {

/// "owner/name" or "name": letters, digits, '-', '_' and '.', without "--" and "..". Errors: usage.
void check_model_id(const std::string& id);
/// A branch, tag or commit: a relative path without "." and "..". Errors: usage.
void check_revision(const std::string& revision);
/// A file of a repository, as its list names it. Errors: bad_model, since the list is the server's.
void check_file_path(const std::string& path);

/// 40 lower-case hexadecimal digits.
bool is_commit(std::string_view text);
/// 64 of them: what large files have for an etag.
bool is_sha256(std::string_view text);

/// An etag as blobs are named by it: without quotes and without the mark of a weak one. Empty when it can name no file.
std::string plain_etag(std::string_view etag);

/// "owner/name" -> "models--owner--name".
std::string folder_name(const std::string& id);
/// The reverse; empty for the name of anything else.
std::string id_of_folder(const std::string& name);

/// What a path needs to be part of an address: "a b" -> "a%20b"; slashes stay.
std::string url_quoted(std::string_view path);
/// The same with slashes quoted: a revision is one part.
std::string url_quoted_part(std::string_view text);

}  // namespace groel::hub
