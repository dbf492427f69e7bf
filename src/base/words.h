// Words in messages: counts with their nouns, suggestions for misspelt names, and quoting for a shell.
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace groel {

/// "1 record", "2 records"; `several` for words whose plural is no -s: counted(2, "entry", "entries").
std::string counted(std::int64_t count, std::string_view one, std::string_view several = {});
std::string counted(std::unsigned_integral auto count, std::string_view one, std::string_view several = {}) {
  return counted(static_cast<std::int64_t>(count), one, several);
}

/// Thousands set apart: "4,996".
std::string grouped(std::int64_t number);

/// "a, b, c"; at most `most` of them, then "and 5 more".
std::string listed(const std::vector<std::string>& words, std::size_t most = 1000);

/// The same of any elements, all of them, as `say` puts each.
template <class Range, class Say>
std::string listed_as(const Range& range, const Say& say) {
  std::vector<std::string> words;
  for (const auto& one : range) words.emplace_back(say(one));
  return listed(words, words.size());
}

/// The word as bash takes it: in single quotes where it holds anything that a shell reads otherwise ("'sp|P01308'").
std::string shell_quoted(const std::string& word);

/// The candidate nearest to a word by edit distance, when near enough to be meant.
std::optional<std::string> nearest(const std::string& word, const std::vector<std::string>& candidates);

/// What to do about a path that is not there: its folder that is not there either, or names in that folder that are
/// near it ("did you mean 'data/proteins.fasta'?"). Empty where there is nothing to say.
std::string missing_path_remedy(const std::filesystem::path& path);

/// What to do about a folder that was named as a file: how to name the files of sequences in it.
std::string folder_remedy(const std::filesystem::path& folder);

}  // namespace groel
