// Recognises kinds of files by their first bytes.
#include "tasks/search/file_kind.h"

#include <fmt/format.h>

#include <fstream>
#include <string_view>

#include "base/words.h"

namespace groel::tasks {
namespace {

enum class Kind { unknown, hdf5, npz, json_lines, safetensors, index, sequences, table };

// Enough for a header's first fields; those of the metadata come first in ours.
std::string beginning(const std::filesystem::path& path) {
  constexpr std::size_t kBytes = 4096;
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) return {};
  std::ifstream file(path, std::ios::binary);
  std::string out(kBytes, '\0');
  file.read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<std::size_t>(file.gcount()));
  return out;
}

Kind kind_of_file(std::string_view text) {
  if (text.starts_with("\x89HDF\r\n\x1a\n")) return Kind::hdf5;
  if (text.starts_with("PK\x03\x04")) return Kind::npz;
  if (text.size() > 9 && text[8] == '{' && text.substr(9, 1) == "\"")
    return text.find("groel-index") != std::string_view::npos ? Kind::index : Kind::safetensors;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text.find('\0') != std::string_view::npos) return Kind::unknown;
  if (text[first] == '{') return Kind::json_lines;
  if (text[first] == '>' || text[first] == ';') return Kind::sequences;
  return text.substr(0, text.find('\n')).find_first_of(",\t") != std::string_view::npos ? Kind::table : Kind::unknown;
}

std::string_view words(Kind kind) {
  switch (kind) {
    case Kind::hdf5: return "HDF5";
    case Kind::npz: return "NPZ";
    case Kind::json_lines: return "JSON Lines";
    case Kind::safetensors: return "safetensors";
    case Kind::table: return "a table";
    default: return "";
  }
}

std::string indexing(const std::filesystem::path& embeddings) {
  return fmt::format("groel search index {} -o {}", shell_quoted(embeddings.string()),
                     shell_quoted(std::filesystem::path(embeddings).replace_extension(".index").string()));
}

std::string embedding(const std::filesystem::path& sequences) {
  return fmt::format("groel embed {} -o {}", shell_quoted(sequences.string()),
                     shell_quoted(std::filesystem::path(sequences).replace_extension(".h5").string()));
}

}  // namespace

Error not_an_index(const std::filesystem::path& path, const std::string& why) {
  const Kind kind = kind_of_file(beginning(path));
  if (kind == Kind::sequences)
    return Error(ErrorKind::bad_input,
                 {"these are sequences, not an index", path.string(),
                  fmt::format("to search for them: groel search query INDEX --sequences {0} -m MODEL; to search among "
                              "them: {1} && {2}",
                              shell_quoted(path.string()), embedding(path),
                              indexing(std::filesystem::path(path).replace_extension(".h5")))});
  if (kind == Kind::unknown || kind == Kind::index)
    return Error(ErrorKind::bad_input, {"not a whole index: " + why, path.string(),
                                        "`groel search index EMBEDDINGS -o FILE` makes an index"});
  return Error(ErrorKind::bad_input, {fmt::format("this is an embedding file ({}), not an index", words(kind)),
                                      path.string(), "make one of it: " + indexing(path)});
}

void require_embeddings(const std::filesystem::path& path) {
  const Kind kind = kind_of_file(beginning(path));
  if (kind == Kind::index)
    throw Error(ErrorKind::bad_input,
                {"this is an index already", path.string(),
                 fmt::format("search in it: groel search query {} --ids ID", shell_quoted(path.string()))});
  if (kind == Kind::sequences)
    throw Error(ErrorKind::bad_input, {"these are sequences, not embeddings", path.string(),
                                       fmt::format("embed them first: {} && {}", embedding(path),
                                                   indexing(std::filesystem::path(path).replace_extension(".h5")))});
}

}  // namespace groel::tasks
