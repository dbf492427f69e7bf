// Opens shards together, and finds rows among them.
#include "tasks/search/index_set.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/error.h"
#include "base/options.h"
#include "tasks/reading/id_parts.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;

// "00001-of-00004" as (1, 4).
std::optional<std::pair<std::int64_t, std::int64_t>> parse_part(std::string_view text) {
  constexpr std::string_view kOf = "-of-";
  const std::size_t at = text.find(kOf);
  if (at == std::string_view::npos) return {};
  const auto number = [](std::string_view digits) -> std::int64_t {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() ? value : -1;
  };
  const std::int64_t part = number(text.substr(0, at)), of = number(text.substr(at + kOf.size()));
  if (part < 1 || of < 1 || part > of) return {};
  return std::pair{part, of};
}

// Files beside `whole` that are named as its shards, by how many they say there are.
std::map<std::int64_t, std::map<std::int64_t, fs::path>> shards_of(const fs::path& whole) {
  std::map<std::int64_t, std::map<std::int64_t, fs::path>> out;
  const fs::path folder = whole.has_parent_path() ? whole.parent_path() : fs::path(".");
  const std::string stem = whole.stem().string() + "-", extension = whole.extension().string();
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(stem) || !name.ends_with(extension) || name.size() < stem.size() + extension.size()) continue;
    const std::string_view middle(name.data() + stem.size(), name.size() - stem.size() - extension.size());
    if (const auto part = parse_part(middle)) out[part->second][part->first] = entry.path();
  }
  return out;
}

// All shards in their order; empty: there are none.
std::vector<fs::path> files_of_set(const fs::path& whole) {
  const auto found = shards_of(whole);
  if (found.empty()) return {};
  if (found.size() > 1)
    throw Error(ErrorKind::bad_input, {"there are shards of several indexes of this name", whole.string(),
                                       "remove those that are not of the one you want"});
  const auto& [of, parts] = *found.begin();
  std::vector<fs::path> out;
  std::vector<std::string> missing;
  for (std::int64_t part = 1; part <= of; ++part)
    if (const auto one = parts.find(part); one != parts.end())
      out.push_back(one->second);
    else
      missing.push_back(fmt::format("{}", part));
  if (!missing.empty())
    throw Error(ErrorKind::not_found,
                {fmt::format("of {} shards there is none numbered {}", of, listed(missing, 10)), whole.string(),
                 fmt::format("make it: groel search index EMBEDDINGS -o {} --shard {}/{}", whole.string(),
                             missing.front(), of)});
  return out;
}

}  // namespace

fs::path shard_path(const fs::path& whole, std::int64_t part, std::int64_t of) {
  return whole.parent_path() /
         fmt::format("{}-{:05}-of-{:05}{}", whole.stem().string(), part, of, whole.extension().string());
}

IndexSet IndexSet::open(const fs::path& path) {
  IndexSet set;
  set.path_ = path.string();
  std::error_code ignored;
  std::vector<fs::path> files;
  if (!fs::exists(path, ignored)) files = files_of_set(path);
  if (files.empty()) files.push_back(path);  // it says what is wrong
  set.first_.push_back(0);
  for (const fs::path& file : files) {
    set.parts_.push_back(SearchIndex::open(file));
    set.first_.push_back(set.first_.back() + set.parts_.back().vectors().rows);
  }
  if (files.size() > 1 || files.front() != path) set.check_parts();
  return set;
}

void IndexSet::check_parts() const {
  const SearchIndex& first = parts_.front();
  const auto refuse = [&](const SearchIndex& part, const std::string& what) {
    throw Error(ErrorKind::bad_input, {what, part.path(), "make all shards anew, of one file of embeddings"});
  };
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const SearchIndex& part = parts_[i];
    const SearchIndex::Place expected{static_cast<std::int64_t>(i) + 1, static_cast<std::int64_t>(parts_.size())};
    if (part.place() != expected)
      refuse(part, fmt::format("it is part {} of {}, not {} of {} as its name says", part.place().part, part.place().of,
                               expected.part, expected.of));
    if (part.vectors().width != first.vectors().width || part.about().column != first.about().column ||
        part.about().run != first.about().run || part.about().source != first.about().source)
      refuse(part, fmt::format("it is of other embeddings than {}", first.path()));
  }
}

std::pair<std::size_t, std::int64_t> IndexSet::place(std::int64_t row) const {
  const auto after = std::upper_bound(first_.begin(), first_.end(), row);
  const auto part = static_cast<std::size_t>(after - first_.begin()) - 1;
  GROEL_REQUIRE(part < parts_.size());
  return {part, row - first_[part]};
}

std::string_view IndexSet::id(std::int64_t row) const {
  const auto [part, inside] = place(row);
  return parts_[part].id(inside);
}

std::span<const float> IndexSet::row(std::int64_t row) const {
  const auto [part, inside] = place(row);
  return parts_[part].vectors().row(inside);
}

IndexSet::Found IndexSet::find(const std::string& wanted) const {
  Found whole{-1, -1};
  Found piece{-1, -1};
  const auto count = [](Found& found, std::int64_t row) {
    if (found.row < 0) found.row = row;
    ++found.others;
  };
  for (std::int64_t row = 0; row < rows(); ++row) {
    const std::string_view here = id(row);
    if (here.find(wanted) == std::string_view::npos) continue;
    if (here == wanted) count(whole, row);
    const auto parts = id_parts(here);
    if (std::find(parts.begin(), parts.end(), wanted) != parts.end()) count(piece, row);
  }
  if (whole.row >= 0) return whole;
  if (piece.row >= 0) return piece;
  constexpr std::int64_t kMostCompared = 1'000'000;
  std::vector<std::string> known;
  for (std::int64_t row = 0; row < std::min(rows(), kMostCompared); ++row) {
    known.emplace_back(id(row));
    for (const std::string_view part : id_parts(id(row))) known.emplace_back(part);
  }
  const auto near = nearest(wanted, known);
  throw Error(ErrorKind::not_found, {fmt::format("the index has no id '{}'", wanted), path_,
                                     near ? fmt::format("did you mean '{}'?", *near) : std::string()});
}

std::optional<analysis::HnswQuality> IndexSet::quality() const {
  std::optional<analysis::HnswQuality> out;
  for (const SearchIndex& part : parts_) {
    if (!part.quality()) continue;
    if (!out) out = analysis::HnswQuality{1, 0, 0};
    out->recall = std::min(out->recall, part.quality()->recall);
    out->sampled += part.quality()->sampled;
    out->lost += part.quality()->lost;
  }
  return out;
}

std::string IndexSet::method() const {
  std::string out = "exact";
  for (const SearchIndex& part : parts_) {
    if (part.codes()) return "faiss";
    if (part.has_graph()) out = "hnsw";
  }
  return out;
}

std::string IndexSet::alone() const {
  const SearchIndex::Place& place = parts_.front().place();
  if (parts_.size() > 1 || place.of == 1) return {};
  return fmt::format(
      "{} is part {} of {}: the others are not searched; the name that the shards were made under "
      "searches them all",
      path_, place.part, place.of);
}

}  // namespace groel::tasks
