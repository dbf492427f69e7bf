// The results of an embedding run, record by record, and the interface of their writers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "bio/output.h"

namespace groel::formats {

using bio::Output;
using bio::Per;

/// One vector per record, so that all records together are one [N, D] matrix.
inline bool is_pooled(Output output) noexcept { return bio::per(output) == Per::protein; }

struct Item {
  Output output = Output::mean;
  int layer = 0;
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

struct Result {
  std::string id;
  std::string header;
  std::int64_t length = 0;  ///< residues
  std::string sha256;       ///< of the cleaned sequence
  std::vector<Item> items;  ///< in the run's order; empty when `error` is set
  std::optional<Error> error;
  std::int64_t tokens = 0;  ///< n: residues and what the model reads at their ends; 0 where no item needs it
  std::int64_t rows = 1;    ///< of an alignment, where they are all shown: items of residues are [rows * length, W]
};

/// What a run will write, known before the first record.
struct ResultSchema {
  struct Column {
    Output output;
    int layer;
    std::int64_t width;  ///< D, V, or H (attentions); 0 for contacts
  };
  std::vector<Column> columns;
  std::int64_t records = 0;   ///< N, failed ones included
  std::int64_t residues = 0;  ///< ΣL over the records that did not fail before the run (an upper bound)
  nlohmann::json run;         ///< model, dtype, isa, version, options: stored with the data
  std::int64_t tokens = 0;    ///< Σn over the same records; 0: not known
  bool all_rows = false;      ///< what is of residues is of those of every row of alignments
};

enum class FileLayout {
  packed,       ///< one array per column, all records in it
  per_protein,  ///< HDF5 only: one dataset (or group) a record, named by its id
  esm_extract,  ///< a folder: one PyTorch file a record, as fair-esm's script writes them
};

struct WriterOptions {
  std::filesystem::path path;  ///< where to write (the caller renames it when all is well); "-": stdout, if it streams
  FileLayout layout = FileLayout::packed;
  ResultSchema schema;
};

/// Writes records in the order given. Output depends on the records and the schema alone (no times, no addresses), so
/// that two runs give equal bytes. Errors: io (full disk; a closed pipe where SIGPIPE is ignored), usage (a kind that
/// the format cannot hold), internal (a record that is not what the schema says). After an error the file is of no use.
class ResultWriter {
 public:
  virtual ~ResultWriter() = default;
  virtual void write(const Result& result) = 0;
  /// Completes the file and flushes it to disk.
  virtual void finish() = 0;
};

/// One output format; the table of them is formats.inc.
struct Format {
  std::string_view name;                     ///< "hdf5"
  std::vector<std::string_view> extensions;  ///< {".h5", ".hdf5"}, lower case
  std::string_view summary;                  ///< for help
  bool streams;                              ///< can be written to stdout
  bool per_protein;                          ///< knows FileLayout::per_protein
  bool (*holds)(Per);                        ///< whether it can hold what is said of these
  std::unique_ptr<ResultWriter> (*open)(const WriterOptions&);
  bool folder = false;              ///< what it writes is a folder
  bool (*takes)(Output) = nullptr;  ///< whether it has a place for that output; null: for all that it holds
};
const std::vector<Format>& formats();
/// By name, or by a path's extension (case ignored, that of a compression left out) when `name` is empty: "hdf5" for a
/// path without one, "jsonl" for "-" and for special files without one. usage error listing what there is when the name
/// or the extension is unknown.
const Format& find_format(std::string_view name, const std::filesystem::path& path);
/// The same for a layout; of esm_extract its own, which is none of `formats()`. usage error where a name does not go
/// with the layout.
const Format& format_of(std::string_view name, const std::filesystem::path& path, FileLayout layout);
/// In every folder of FileLayout::esm_extract: what the run was, and the records that failed.
inline constexpr const char* kRunFile = "groel-run.json";
/// Of all formats, in their order: ".h5", ….
std::vector<std::string> known_extensions();

}  // namespace groel::formats
