// Tells sizes by what most arrays say, and checks every array against the table.
#include "structure_models/array_table.h"

#include <algorithm>
#include <charconv>

namespace groel::structure_models {
namespace {

bool is_number(const std::string& axis) { return axis.front() >= '0' && axis.front() <= '9'; }

}  // namespace

NamedSizes ArrayTable::sizes(const io::ArrayMap& published) const {
  std::map<std::string, std::map<std::int64_t, int>> votes;
  for (const Entry& entry : entries_) {
    const auto found = published.find(entry.name);
    if (found == published.end() || found->second.shape.size() != entry.axes.size()) continue;
    for (std::size_t i = 0; i < entry.axes.size(); ++i) ++votes[entry.axes[i]][found->second.shape[i]];
  }
  NamedSizes out;
  for (const auto& [size, values] : votes)
    out[size] = std::ranges::max_element(values, {}, [](const auto& one) { return one.second; })->first;
  return out;
}

std::vector<RecordRule> ArrayTable::rules(const NamedSizes& sizes) const {
  std::vector<RecordRule> out;
  for (const Entry& entry : entries_) {
    Shape shape;
    for (const std::string& axis : entry.axes) {
      const auto known = sizes.find(axis);
      shape.push_back(is_number(axis) ? std::stoll(axis) : known == sizes.end() ? 0 : known->second);
    }
    out.push_back(
        {.record = entry.name, .layers = {}, .in = {}, .out = shape, .axes = RecordAxes::vector, .targets = {}});
  }
  return out;
}

std::int64_t published_blocks(const io::ArrayMap& published, const std::string& at) {
  std::int64_t out = 0;
  for (auto found = published.lower_bound(at); found != published.end() && found->first.starts_with(at); ++found) {
    std::int64_t block = -1;
    std::from_chars(found->first.data() + at.size(), found->first.data() + found->first.size(), block);
    constexpr std::int64_t kMost = 512;  // a damaged name asks for no more
    if (block < kMost) out = std::max(out, block + 1);
  }
  return out;
}

}  // namespace groel::structure_models
