// Collects rows for HDF5 datasets.
#include "formats/hdf5_rows.h"

#include <algorithm>

namespace groel::formats::h5 {
namespace {

// Not above h5py's default chunk cache, so that a chunk is read once for all rows in it.
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
constexpr std::size_t kTextsAtOnce = 8192;

std::size_t bytes_of(Element element) {
  switch (element) {
    case Element::f32: return 4;
    case Element::i64: return 8;
    default: return 64;
  }
}

std::vector<const char*> pointers(std::span<const std::string> texts) {
  std::vector<const char*> out;
  for (const std::string& text : texts) out.push_back(text.c_str());
  return out;
}

}  // namespace

RowDataset::RowDataset(File& file, const Spec& spec)
    : file_(&file),
      element_(spec.element),
      grows_(spec.rows == kUnknown),
      row_bytes_(bytes_of(spec.element) * static_cast<std::size_t>(std::max<std::int64_t>(spec.width, 1))) {
  std::vector<hsize_t> shape{grows_ ? 0 : static_cast<hsize_t>(spec.rows)};
  if (spec.width > 0) shape.push_back(static_cast<hsize_t>(spec.width));
  hsize_t chunk_rows = 0;
  if (grows_) chunk_rows = std::max<std::size_t>(kPieceBytes / row_bytes_, 1);
  if (grows_ && spec.most_rows > 0) chunk_rows = std::min(chunk_rows, static_cast<hsize_t>(spec.most_rows));
  dataset_ = file.create_dataset({spec.parent, spec.name, spec.element, std::move(shape), chunk_rows});
}

void RowDataset::append(std::span<const std::byte> rows) {
  if (gathered_.size() + rows.size() > kPieceBytes) flush();
  if (rows.size() >= kPieceBytes) return write(rows);
  gathered_.insert(gathered_.end(), rows.begin(), rows.end());
}

void RowDataset::flush() {
  write(gathered_);
  gathered_.clear();
}

void RowDataset::finish() {
  flush();
  dataset_.close();
}

void RowDataset::write(std::span<const std::byte> rows) {
  if (rows.empty()) return;
  const hsize_t count = rows.size() / row_bytes_;
  if (grows_) file_->grow(dataset_, rows_ + count);
  file_->write_rows(dataset_, element_, rows_, count, rows.data());
  rows_ += count;
}

TextDataset::TextDataset(File& file, const std::string& name, std::int64_t rows)
    : file_(&file),
      dataset_(file.create_dataset({file.root(), name, Element::text, {static_cast<hsize_t>(rows)}, 0})) {}

void TextDataset::append(std::string text) {
  gathered_.push_back(std::move(text));
  if (gathered_.size() >= kTextsAtOnce) flush();
}

void TextDataset::flush() {
  if (gathered_.empty()) return;
  file_->write_rows(dataset_, Element::text, rows_, gathered_.size(), pointers(gathered_).data());
  rows_ += gathered_.size();
  gathered_.clear();
}

void TextDataset::finish() {
  flush();
  dataset_.close();
}

void write_integers(File& file, hid_t parent, const std::string& name, std::span<const std::int64_t> values) {
  const Handle dataset = file.create_dataset({parent, name, Element::i64, {values.size()}, 0});
  if (!values.empty()) file.write_all(dataset, Element::i64, values.data());
}

void write_texts(File& file, hid_t parent, const std::string& name, std::span<const std::string> values) {
  const Handle dataset = file.create_dataset({parent, name, Element::text, {values.size()}, 0});
  if (!values.empty()) file.write_all(dataset, Element::text, pointers(values).data());
}

}  // namespace groel::formats::h5
