// Collects columns into large arrays.
#include "formats/packed_arrays.h"

#include <array>
#include <cmath>

#include "base/error.h"
#include "formats/writers.h"

namespace groel::formats {
namespace {

PackedArrays::Named integers(std::string name, std::span<const std::int64_t> values) {
  return {std::move(name), DType::i64, {static_cast<std::int64_t>(values.size())}, std::as_bytes(values)};
}

}  // namespace

PackedArrays::PackedArrays(const WriterOptions& options)
    : schema_(options.schema), digests_(options.path), offsets_(schema_) {
  for (std::size_t i = 0; i < schema_.columns.size(); ++i) columns_.emplace_back(options.path);
}

void PackedArrays::write(const Result& result) {
  check_result(schema_, result);
  ids_.push_back(clean_utf8(result.id));
  std::array<char, 64> digest{};
  result.sha256.copy(digest.data(), digest.size());
  digests_.append(std::as_bytes(std::span(digest)));
  lengths_.push_back(result.length);
  rows_.push_back(result.rows);
  for (std::size_t i = 0; i < columns_.size(); ++i) write_column(i, result);
  offsets_.add(result);
  if (result.error) errors_.add(written_, *result.error);
  ++written_;
}

void PackedArrays::write_column(std::size_t i, const Result& result) {
  if (!result.error) return columns_[i].append(std::as_bytes(std::span(result.items[i].values)));
  if (!is_pooled(schema_.columns[i].output)) return;
  const std::vector<float> missing(static_cast<std::size_t>(schema_.columns[i].width), NAN);
  columns_[i].append(std::as_bytes(std::span(missing)));
}

void PackedArrays::finish() { GROEL_REQUIRE(written_ == schema_.records); }

std::vector<std::int64_t> PackedArrays::shape_of(const ResultSchema::Column& column, std::int64_t values) const {
  if (is_flat(column.output)) return {values};
  if (schema_.all_rows && written_ == 1 && values > 0 && bio::per(column.output) == Per::residue)
    return {rows_.front(), lengths_.front(), column.width};
  return {values / column.width, column.width};
}

std::vector<PackedArrays::Named> PackedArrays::arrays() {
  std::vector<Named> out{integers("lengths", lengths_), integers("errors_index", errors_.index)};
  if (schema_.all_rows) out.push_back(integers("rows", rows_));
  for (const auto& [flat, offsets] : offsets_.groups())
    out.push_back(integers(flat ? fmt::format("{}_offsets", name(*flat)) : "offsets", offsets));
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto bytes = columns_[i].map();
    const auto values = static_cast<std::int64_t>(bytes.size() / sizeof(float));
    const auto& column = schema_.columns[i];
    out.push_back({column_name(column), DType::f32, shape_of(column, values), bytes});
  }
  return out;
}

}  // namespace groel::formats
