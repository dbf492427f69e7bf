// Formats counts, quotes words for a shell, and guesses which name was meant.
#include "base/words.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <numeric>

namespace groel {
namespace {

namespace fs = std::filesystem;

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, substituted});
    }
  }
  return row.back();
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// "proteins" of "proteins.fasta.gz".
std::string stem(const std::string& name) { return name.substr(0, name.find('.', 1)); }

std::vector<std::string> names_in(const fs::path& folder) {
  constexpr std::size_t kMost = 20'000;  // a larger folder is not searched to its end
  std::vector<std::string> out;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end && out.size() < kMost; at.increment(failed))
    out.push_back(at->path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

// Names that differ in case or in what follows the first dot come first, then the nearest one.
std::vector<std::string> near_names(const std::string& name, const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 3;
  std::vector<std::string> out;
  for (const std::string& other : names)
    if (out.size() < kMost && lower(stem(other)) == lower(stem(name))) out.push_back(other);
  if (out.empty())
    if (const auto near = nearest(name, names)) out.push_back(*near);
  return out;
}

// Names with the ending of one that is not there.
std::string of_that_kind(const fs::path& path, const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> alike;
  for (const std::string& name : names)
    if (path.has_extension() && fs::path(name).extension() == path.extension())
      alike.push_back(
          fmt::format("'{}'", (path.has_parent_path() ? path.parent_path() / name : fs::path(name)).string()));
  return alike.empty() ? std::string() : "there are " + listed(alike, kShown);
}

}  // namespace

std::string grouped(std::int64_t number) {
  std::string out = std::to_string(number);
  const std::ptrdiff_t first = number < 0 ? 1 : 0;
  for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > first; at -= 3)
    out.insert(static_cast<std::size_t>(at), ",");
  return out;
}

std::string counted(std::int64_t count, std::string_view one, std::string_view several) {
  if (count == 1) return fmt::format("1 {}", one);
  return several.empty() ? fmt::format("{} {}s", count, one) : fmt::format("{} {}", count, several);
}

std::string listed(const std::vector<std::string>& words, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < std::min(words.size(), most); ++i) out += (i == 0 ? "" : ", ") + words[i];
  if (words.size() > most) out += fmt::format(" and {} more", words.size() - most);
  return out;
}

std::string shell_quoted(const std::string& word) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("_-+=./:,@%^").find(static_cast<char>(c)) != std::string_view::npos || c >= 0x80;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::optional<std::string> nearest(const std::string& word, const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates)
    if (const std::size_t distance = edit_distance(word, candidate); distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  return best;
}

std::string folder_remedy(const fs::path& folder) {
  std::map<std::string, std::int64_t> counts;
  for (const std::string& name : names_in(folder))
    for (const char* ending : {".fasta", ".fa", ".faa", ".fas", ".fsa", ".a3m", ".fastq", ".fq", ".csv", ".tsv"})
      for (const char* packed : {"", ".gz", ".bgz", ".zst"})
        if (name.ends_with(std::string(ending) + packed)) ++counts[std::string(ending) + packed];
  if (counts.empty()) return "it holds no files of sequences (.fasta, .fa, .faa, …); name the file that is meant";
  std::vector<std::string> ways;
  for (const auto& [ending, count] : counts)
    ways.push_back(fmt::format("{} ({})", shell_quoted((folder / "").string()) + "*" + ending, counted(count, "file")));
  return "name the files in it: " + listed(ways);
}

std::string missing_path_remedy(const fs::path& path) {
  std::error_code failed;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, failed)) {
    const std::string above = missing_path_remedy(folder);
    return fmt::format("there is no folder '{}'{}{}", folder.string(), above.empty() ? "" : "; ", above);
  }
  std::vector<std::string> found;
  for (const std::string& name : near_names(path.filename().string(), names_in(folder)))
    found.push_back(fmt::format("'{}'", (path.has_parent_path() ? folder / name : fs::path(name)).string()));
  if (!found.empty()) return fmt::format("did you mean {}?", listed(found));
  return of_that_kind(path, names_in(folder));
}

}  // namespace groel
