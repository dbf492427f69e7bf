// Finds equal sequences by hashing them.
#include "train/duplicates.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "base/hash.h"
#include "base/text_file.h"

namespace groel::train {
namespace {

constexpr std::size_t kMostKept = 2'000'000;

std::filesystem::path file_near(const std::filesystem::path& model) {
  std::error_code ignored;
  for (const auto& folder : {model, std::filesystem::absolute(model, ignored).lexically_normal().parent_path()})
    if (std::filesystem::is_regular_file(folder / kLearnedFile, ignored)) return folder / kLearnedFile;
  return {};
}

}  // namespace

std::vector<std::uint64_t> sequence_keys(const Corpus& corpus) {
  std::vector<std::uint64_t> out;
  for (std::int64_t i = 0; i < corpus.size(); ++i) {
    Hash64 hash;
    for (const std::uint16_t id : corpus[i]) hash.add(std::uint64_t{id});
    out.push_back(hash.value());
  }
  return out;
}

std::uint64_t text_key(const std::string& sequence) {
  Hash64 hash;
  for (const char c : sequence) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    hash.add(static_cast<std::uint64_t>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c));
  }
  return hash.value();
}

std::int64_t count_known(const std::vector<std::uint64_t>& members, const std::unordered_set<std::uint64_t>& known) {
  return std::count_if(members.begin(), members.end(), [&](std::uint64_t key) { return known.contains(key); });
}

std::int64_t count_repeats(const std::vector<std::uint64_t>& keys) {
  const std::unordered_set<std::uint64_t> distinct(keys.begin(), keys.end());
  return static_cast<std::int64_t>(keys.size() - distinct.size());
}

void write_learned(const std::filesystem::path& folder, const std::vector<std::uint64_t>& keys) {
  std::vector<std::uint64_t> distinct = keys;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::error_code ignored;
  std::filesystem::remove(folder / kLearnedFile, ignored);
  if (distinct.size() > kMostKept) return;
  std::string text;
  for (const std::uint64_t key : distinct) text += fmt::format("{:016x}\n", key);
  write_text(folder / kLearnedFile, text);
}

std::unordered_set<std::uint64_t> read_learned(const std::filesystem::path& model) {
  std::unordered_set<std::uint64_t> out;
  const auto path = file_near(model);
  if (path.empty()) return out;
  std::istringstream lines(read_text(path));
  for (std::string line; std::getline(lines, line);) {
    std::uint64_t key = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), key, 16);
    if (error == std::errc() && end == line.data() + line.size()) out.insert(key);
  }
  return out;
}

}  // namespace groel::train
