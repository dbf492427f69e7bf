// A small run with every kind of item, odd ids and failed records, and a folder to write it in.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <numeric>

#include "formats/writers.h"
#include "support/errors.h"

namespace groel::formats {

using testing::error_of;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "groel-formats-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Sample {
  ResultSchema schema;
  std::vector<Result> results;
};

/// Value `i` of an item: another one for every record, column and place.
inline float sample_value(std::size_t record, std::size_t column, std::size_t i) {
  return static_cast<float>(record * 1000 + column * 100) + static_cast<float>(i) / 8.0F;
}

inline Result sample_result(const ResultSchema& schema, std::size_t record, std::string id, std::int64_t length) {
  Result result{id, id + " a header, \"quoted\"", length, std::string(64, 'a'), {}, {}, length + 2};
  for (std::size_t c = 0; c < schema.columns.size(); ++c) {
    Item item{
        schema.columns[c].output, schema.columns[c].layer, item_shape(schema.columns[c], {length, result.tokens}), {}};
    const auto count = std::accumulate(item.shape.begin(), item.shape.end(), std::int64_t{1}, std::multiplies<>());
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) item.values.push_back(sample_value(record, c, i));
    result.items.push_back(std::move(item));
  }
  return result;
}

inline Result failed_result(std::string id, std::int64_t length) {
  return {id, id + " failed", length, "", {}, Error(ErrorKind::bad_input, "has an \"@\" in it\nat 3")};
}

/// Five records of 3, 0 (failed), 2, 5 and 2 residues with these columns.
inline Sample sample(std::vector<ResultSchema::Column> columns) {
  Sample out;
  out.schema = {std::move(columns), 5, 12, {{"model", "tiny"}, {"layers", {0, 6}}}, 20};
  out.results.push_back(sample_result(out.schema, 0, "sp|P69905|HBA", 3));
  out.results.push_back(failed_result("broken", 7));
  out.results.push_back(sample_result(out.schema, 2, "a/b", 2));
  out.results.push_back(sample_result(out.schema, 3, "Größe-α-🧬", 5));
  out.results.push_back(sample_result(out.schema, 4, "a_b", 2));
  return out;
}

inline std::vector<ResultSchema::Column> pooled_columns() {
  return {{Output::mean, 0, 4}, {Output::mean, 6, 4}, {Output::max, 6, 4}, {Output::cls, 6, 4}};
}

inline std::vector<ResultSchema::Column> all_columns() {
  auto columns = pooled_columns();
  for (const auto& column : std::vector<ResultSchema::Column>{{Output::per_residue, 6, 4},
                                                              {Output::logits, 6, 3},
                                                              {Output::contacts, 6, 0},
                                                              {Output::attentions, 5, 2},
                                                              {Output::attentions, 6, 2}})
    columns.push_back(column);
  return columns;
}

inline std::filesystem::path write_sample(const Sample& sample, std::string_view format,
                                          const std::filesystem::path& path, FileLayout layout = FileLayout::packed) {
  auto writer = find_format(format, path).open({path, layout, sample.schema});
  for (const Result& result : sample.results) writer->write(result);
  writer->finish();
  return path;
}

}  // namespace groel::formats
