// Tensor names and rows in checkpoints of other layouts.
#include "base/error.h"
#include "models/family.h"

namespace groel::models {

std::string renamed(std::string name, const std::vector<Rename>& renames) {
  for (const Rename& one : renames)
    for (std::size_t at = name.find(one.from); at != std::string::npos; at = name.find(one.from, at + one.to.size()))
      name.replace(at, one.from.size(), one.to);
  return name;
}

void RawCheckpoint::rename(const std::vector<Rename>& renames) {
  io::ArrayMap out;
  for (auto& [name, array] : arrays) {
    const std::string ours = renamed(name, renames);
    if (!out.emplace(ours, std::move(array)).second)
      throw Error(ErrorKind::bad_model, fmt::format("two of its tensors are {} ('{}' is one)", ours, name));
  }
  arrays = std::move(out);
}

void RawCheckpoint::split_rows(const std::string& name,
                               const std::vector<std::pair<std::string, std::int64_t>>& parts) {
  const auto found = arrays.find(name);
  if (found == arrays.end()) return;  // `build` says what is missing
  const io::Array whole = found->second;
  std::int64_t rows = 0;
  for (const auto& [part, count] : parts) rows += count;
  if (whole.shape.size() != 2 || whole.shape[0] != rows)
    throw Error(ErrorKind::bad_model, fmt::format("{} has not the {} rows of {} in one", name, rows, parts.size()));
  arrays.erase(found);
  const std::size_t row_bytes = whole.bytes.size() / static_cast<std::size_t>(std::max<std::int64_t>(rows, 1));
  std::size_t at = 0;
  for (const auto& [part, count] : parts) {
    const std::size_t bytes = row_bytes * static_cast<std::size_t>(count);
    arrays[part] = {whole.dtype, {count, whole.shape[1]}, whole.bytes.subspan(at, bytes), whole.owner};
    at += bytes;
  }
}

}  // namespace groel::models
