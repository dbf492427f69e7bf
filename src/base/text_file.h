// Reads small text and JSON files whole.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/error.h"

namespace groel {

/// The whole file as text. Errors: not_found, io; bad_input when it is larger than `limit` bytes.
std::string read_text(const std::filesystem::path& path, std::size_t limit = std::size_t{64} << 20);
/// A JSON file. Errors: as read_text; `kind` with line and column when it is not JSON, or nested deeper than 64: a part
/// of a model's folder, unless bad_input says that it is the user's.
nlohmann::json read_json(const std::filesystem::path& path, ErrorKind kind = ErrorKind::bad_model);
/// JSON text; `label` names it in errors.
nlohmann::json parse_json(const std::string& text, const std::string& label, ErrorKind kind = ErrorKind::bad_model);
/// Writes a file whole (see AtomicFile), compressed when its name ends in .gz or .zst.
void write_text(const std::filesystem::path& path, const std::string& text);

}  // namespace groel
