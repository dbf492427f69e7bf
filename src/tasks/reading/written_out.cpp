// Tells a sequence from a file's name.
#include "tasks/reading/written_out.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "bio/residues.h"

namespace groel::tasks {
namespace {

// Of marks that other programs put where a residue is hidden.
bool is_mark(char c) { return c == '_' || c == '?'; }

bool holds_mark(const std::string& word) { return std::any_of(word.begin(), word.end(), is_mark); }

bool all_residues(const std::string& word) {
  return std::all_of(word.begin(), word.end(), [](unsigned char c) {
    const auto letter = static_cast<char>(std::toupper(c));
    return bio::kResidues.find(letter) != std::string_view::npos || letter == 'X' || is_mark(static_cast<char>(c)) ||
           std::isspace(c) != 0 || c == '*';
  });
}

}  // namespace

bool is_written_out(const std::string& word) {
  constexpr std::size_t kLongEnough = 12;
  std::error_code ignored;
  if (word.empty() || word == "-" || std::filesystem::exists(word, ignored)) return false;
  if (word.find_first_of("<[") != std::string::npos) return true;
  const bool capitals = std::none_of(word.begin(), word.end(), [](unsigned char c) { return std::islower(c) != 0; });
  if (!capitals || holds_mark(word)) return all_residues(word) && (capitals || word.size() >= kLongEnough);
  return std::all_of(word.begin(), word.end(),
                     [](unsigned char c) { return std::isupper(c) != 0 || std::isspace(c) != 0 || c == '*'; });
}

void note_written_out(const std::vector<std::string>& words, Sink& sink) {
  constexpr std::size_t kShown = 20;
  for (const std::string& word : words)
    if (is_written_out(word))
      sink.note(fmt::format("'{}{}' is no file, and is read as a sequence", word.substr(0, kShown),
                            word.size() > kShown ? "…" : ""));
}

io::ReadingNotes for_each_input(const std::vector<std::string>& words, const io::SequenceReaderOptions& options,
                                const std::function<void(io::SequenceRecord&)>& visit) {
  io::ReadingNotes notes;
  int written = 0;
  for (const std::string& word : words) {
    if (!is_written_out(word)) {
      notes.add(io::for_each_sequence({word}, options, visit));
      continue;
    }
    ++written;
    io::SequenceRecord record{written == 1 ? "sequence" : fmt::format("sequence_{}", written), {}, word, {}, 0, {}};
    visit(record);
  }
  return notes;
}

}  // namespace groel::tasks
