// Tensor names and rows in checkpoints of other layouts.
#include <algorithm>

#include "base/error.h"
#include "models/family.h"

namespace groel::models {

std::string renamed(std::string name, const std::vector<Rename>& renames) {
  for (const Rename& one : renames)
    for (std::size_t at = name.find(one.from); at != std::string::npos; at = name.find(one.from, at + one.to.size()))
      name.replace(at, one.from.size(), one.to);
  return name;
}

std::vector<Rename> inverse(const std::vector<Rename>& renames) {
  std::vector<Rename> out;
  for (const Rename& one : renames)
    if (!one.to.empty()) out.push_back({one.to, one.from});
  std::stable_sort(out.begin(), out.end(),
                   [](const Rename& a, const Rename& b) { return a.from.size() > b.from.size(); });
  return out;
}

void RawCheckpoint::rename(const std::vector<Rename>& renames) {
  io::ArrayMap out;
  for (auto& [name, array] : arrays) {
    const std::string ours = renamed(name, renames);
    if (!out.emplace(ours, std::move(array)).second)
      throw Error(ErrorKind::bad_model, fmt::format("two of its tensors are {} ('{}' is one)", ours, name));
  }
  arrays = std::move(out);
  std::set<std::string> kept;
  for (const std::string& name : buffers) kept.insert(renamed(name, renames));
  buffers = std::move(kept);
}

void RawCheckpoint::split_rows(const std::string& name,
                               const std::vector<std::pair<std::string, std::int64_t>>& parts) {
  const auto found = arrays.find(name);
  if (found == arrays.end()) return;  // `build` says what is missing
  const io::Array whole = found->second;
  std::int64_t rows = 0;
  for (const auto& [part, count] : parts) rows += count;
  if (whole.shape.empty() || whole.shape.size() > 2 || whole.shape[0] != rows)
    throw Error(ErrorKind::bad_model, fmt::format("{} has not the {} rows of {} in one", name, rows, parts.size()));
  arrays.erase(found);
  const std::size_t row_bytes = whole.bytes.size() / static_cast<std::size_t>(std::max<std::int64_t>(rows, 1));
  std::size_t at = 0;
  for (const auto& [part, count] : parts) {
    const std::size_t bytes = row_bytes * static_cast<std::size_t>(count);
    std::vector<std::int64_t> shape = whole.shape;
    shape[0] = count;
    arrays[part] = {whole.dtype, std::move(shape), whole.bytes.subspan(at, bytes), whole.owner};
    at += bytes;
  }
}

void RawCheckpoint::join_rows(const std::string& name, const std::vector<std::string>& parts) {
  const auto bytes = std::make_shared<std::vector<std::byte>>();
  io::Array whole;
  std::vector<std::span<const std::byte>>& made_of = joined[name];
  for (const std::string& part : parts) {
    const auto found = arrays.find(part);
    if (found == arrays.end() || found->second.shape.size() != 2)
      throw Error(ErrorKind::bad_model, fmt::format("{} is missing, of which {} is to be made", part, name));
    const io::Array& rows = found->second;
    if (whole.shape.empty()) whole = {rows.dtype, {0, rows.shape[1]}, {}, {}};
    if (whole.dtype != rows.dtype || whole.shape[1] != rows.shape[1])
      throw Error(ErrorKind::bad_model, fmt::format("{} does not go into one array with {}", part, parts.front()));
    whole.shape[0] += rows.shape[0];
    bytes->insert(bytes->end(), rows.bytes.begin(), rows.bytes.end());
    made_of.push_back(rows.bytes);
    arrays.erase(found);
  }
  whole.bytes = *bytes;
  whole.owner = bytes;
  arrays[name] = std::move(whole);
}

const Layout* written_layout(const Family& family) {
  for (const Layout& layout : family.layouts)
    if (layout.express != nullptr) return &layout;
  return nullptr;
}

void cannot_express(const std::string& why) {
  throw Error(ErrorKind::unsupported, {"a file of the model's own code cannot hold it: " + why,
                                       {},
                                       "write a Hugging Face folder: `layout=hugging-face`"});
}

}  // namespace groel::models
