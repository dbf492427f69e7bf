// HDF5, packed layout: one dataset per column, with all records in it; see docs/formats.md.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/error.h"
#include "formats/error_table.h"
#include "formats/hdf5_per_protein.h"
#include "formats/hdf5_rows.h"
#include "formats/packed_offsets.h"
#include "formats/text.h"
#include "formats/writers.h"

namespace groel::formats {
namespace {

using h5::Element;
using h5::RowDataset;

// A bound for the rows of a packed column: ΣL, or for flat ones (ΣL)² and its like; 0 when it is of no use.
std::int64_t most_rows(const ResultSchema& schema, const ResultSchema::Column& column) {
  constexpr std::int64_t kLarge = 100'000;
  const std::int64_t side = std::max(schema.residues, schema.tokens);
  if (!is_flat(column.output)) return schema.residues;
  return side > kLarge ? 0 : std::max<std::int64_t>(column.width, 1) * side * side;
}

class Hdf5Writer : public ResultWriter {
 public:
  explicit Hdf5Writer(const WriterOptions& options)
      : schema_(options.schema),
        file_(options.path),
        ids_(file_, "ids", schema_.records),
        headers_(file_, "headers", schema_.records),
        lengths_(file_, {file_.root(), "lengths", Element::i64, 0, schema_.records}),
        digests_(file_, {file_.root(), "sha256", Element::sha256, 0, schema_.records}),
        offsets_(schema_) {
    h5::describe(file_, schema_, "packed");
    for (const auto& column : schema_.columns) add_column(column);
  }

  void write(const Result& result) override {
    check_result(schema_, result);
    GROEL_REQUIRE(written_ < schema_.records);
    write_identity(result);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!result.error)
        columns_[i].append(result.items[i].values);
      else if (is_pooled(schema_.columns[i].output))
        columns_[i].append(std::vector<float>(static_cast<std::size_t>(schema_.columns[i].width), NAN));
    }
    offsets_.add(result);
    if (result.error) errors_.add(written_, *result.error);
    ++written_;
  }

  void finish() override {
    GROEL_REQUIRE(written_ == schema_.records);
    ids_.finish();
    headers_.finish();
    lengths_.finish();
    digests_.finish();
    for (RowDataset& column : columns_) column.finish();
    write_offsets();
    write_errors();
    groups_.clear();  // the file is complete only when every object in it is closed
    file_.close();
  }

 private:
  // A group per output, in it a dataset per layer: [N, width], [ΣL, width], or flat.
  void add_column(const ResultSchema::Column& column) {
    auto& group = groups_[column.output];
    if (group < 0) group = file_.create_group(file_.root(), std::string(name(column.output)));
    const std::int64_t rows = is_pooled(column.output) ? schema_.records : RowDataset::kUnknown;
    const std::int64_t width = is_flat(column.output) ? 0 : column.width;
    columns_.emplace_back(file_, RowDataset::Spec{group, "layer_" + std::to_string(column.layer), Element::f32, width,
                                                  rows, most_rows(schema_, column)});
  }

  void write_identity(const Result& result) {
    ids_.append(clean_utf8(result.id));
    headers_.append(clean_utf8(result.header));
    lengths_.append(std::as_bytes(std::span(&result.length, 1)));
    std::array<char, 64> digest{};
    result.sha256.copy(digest.data(), digest.size());
    digests_.append(std::as_bytes(std::span(digest)));
  }

  void write_offsets() {
    for (const auto& [flat, offsets] : offsets_.groups()) {
      const hid_t parent = flat ? groups_[*flat] : file_.root();
      h5::write_integers(file_, parent, "offsets", offsets);
    }
  }

  void write_errors() {
    const h5::Handle group = file_.create_group(file_.root(), "errors");
    h5::write_integers(file_, group, "index", errors_.index);
    h5::write_texts(file_, group, "kind", errors_.kind);
    h5::write_texts(file_, group, "message", errors_.message);
  }

  ResultSchema schema_;
  h5::File file_;
  h5::TextDataset ids_;
  h5::TextDataset headers_;
  RowDataset lengths_;
  RowDataset digests_;
  PackedOffsets offsets_;
  std::map<Output, h5::Handle> groups_;
  std::vector<RowDataset> columns_;
  ErrorTable errors_;
  std::int64_t written_ = 0;
};

std::unique_ptr<ResultWriter> open_hdf5(const WriterOptions& options) {
  check_options(hdf5_format(), options);
  if (options.layout == FileLayout::per_protein) return h5::open_per_protein(options);
  return std::make_unique<Hdf5Writer>(options);
}

}  // namespace

Format hdf5_format() {
  return {"hdf5", {".h5", ".hdf5"}, "HDF5, for any size", false, true, [](Per) { return true; }, open_hdf5};
}

}  // namespace groel::formats
