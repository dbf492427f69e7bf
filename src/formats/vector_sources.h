// What the readers of embedding files share; each reads one kind of file, including rows without a vector.
#pragma once

#include <optional>
#include <span>

#include "base/error.h"
#include "formats/read_vectors.h"
#include "formats/result.h"
#include "io/arrays.h"
#include "io/sequences_lines.h"

namespace groel::formats {

struct VectorRequest {
  std::string path;    ///< for messages, too
  std::string column;  ///< empty: by default
  Share share{};
};

/// Rows without a vector have NaN.
VectorFile read_hdf5_vectors(const VectorRequest& request);
VectorFile read_npz_vectors(const VectorRequest& request);
VectorFile read_safetensors_vectors(const VectorRequest& request);
VectorFile read_jsonl_vectors(const VectorRequest& request, io::LineReader& lines);
VectorFile read_table_vectors(const VectorRequest& request, io::LineReader& lines);

/// "mean_6" as an output and a layer; none for other names.
struct ColumnName {
  Output output;
  int layer;
};
std::optional<ColumnName> parse_column_name(const std::string& name);

/// One of `names`, by the request or by default. Errors: bad_input naming those there are.
std::string choose_column(const std::vector<std::string>& names, const VectorRequest& request);

/// Error about a file's content.
[[noreturn]] void bad_vectors(const std::string& what, const std::string& where, const std::string& remedy = {});

/// What the text of a `run` says; null when it is not JSON.
nlohmann::json parse_run(const std::string& text);

}  // namespace groel::formats
