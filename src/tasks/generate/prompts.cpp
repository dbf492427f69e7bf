// Reads prompts from FASTA, tables and lists.
#include "tasks/generate/prompts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "base/hash.h"
#include "base/words.h"
#include "formats/extension.h"
#include "io/compressed.h"
#include "io/missing.h"
#include "io/sequences_lines.h"
#include "io/table.h"

namespace groel::tasks {
namespace {

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlank) + 1 - first));
}

// Of a protein's name, which has no white space.
std::string one_word(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isspace(c) != 0; }, '_');
  return name;
}

// Never 0.
std::uint64_t stream_of(const std::vector<std::int32_t>& ids) {
  Hash64 hash;
  for (const std::int32_t id : ids) hash.add(static_cast<std::uint64_t>(static_cast<std::uint32_t>(id)));
  return hash.value() | 1U;
}

class PromptReader {
 public:
  PromptReader(const PromptFileOptions& options, const bio::Tokenizer& tokenizer, Sink& sink)
      : options_(options), tokenizer_(tokenizer), sink_(sink) {}

  PromptsOfFiles read() {
    for (const std::string& path : options_.paths) {
      const std::int64_t before = count_;
      read_file(path);
      if (count_ == before)
        throw Error(ErrorKind::bad_input, {"there is no prompt in it", path == "-" ? "stdin" : path,
                                           "FASTA, a table with a column of prompts, or one prompt a line"});
    }
    if (twice_ > 0)
      sink_.warning(fmt::format("{} there twice, and so are {} proteins: draws depend on the prompt, not on its name",
                                counted(twice_, "prompt is", "prompts are"), twice_ == 1 ? "its" : "their"));
    return std::move(out_);
  }

 private:
  void read_file(const std::string& path) {
    const std::string label = path == "-" ? "stdin" : path;
    const std::string text = io::read_decompressed(path);
    io::LineReader lines(io::memory_bytes(text), label);
    const std::string_view head = lines.peek(io::LineReader::kMostPeeked);
    const std::size_t first = head.find_first_not_of(" \t\r\n");
    const std::string extension = formats::format_extension(path);
    if (first == std::string_view::npos) return;
    if (head[first] == '>') return read_fasta(lines);
    const std::string_view line = head.substr(first, head.find_first_of("\r\n", first) - first);
    const bool named = !options_.prompt_column.empty() || extension == ".csv" || extension == ".tsv";
    if (named || line.find_first_of("\t,;") != std::string_view::npos) return read_table(lines);
    read_list(lines);
  }

  void read_fasta(io::LineReader& lines) {
    std::string name, text, where;
    bool open = false;
    const auto close = [&] {
      if (open) take(name, text, where);
      text.clear();
    };
    for (std::string_view line; lines.next(line);) {
      if (!line.starts_with('>')) {
        if (open)
          text += trimmed(line);
        else if (!trimmed(line).empty())
          throw Error(ErrorKind::bad_input, {"text before the first header", place(lines), {}});
        continue;
      }
      close();
      const std::string header = trimmed(line.substr(1));
      name = header.substr(0, header.find_first_of(" \t"));
      where = place(lines);
      open = true;
    }
    close();
  }

  void read_list(io::LineReader& lines) {
    for (std::string_view line; lines.next(line);)
      if (const std::string text = trimmed(line); !text.empty() && text[0] != '#') take({}, text, place(lines));
  }

  void read_table(io::LineReader& lines) {
    io::TableReader rows(lines, {.wanted = "prompts", .names = {options_.prompt_column, options_.id_column, "prompt"}});
    if (rows.empty()) return;
    const io::Columns& columns = rows.columns();
    const std::size_t none = columns.names.size();
    std::size_t prompt = options_.prompt_column.empty() ? columns.find("prompt").value_or(none) : none;
    if (prompt == none) prompt = columns.require(options_.prompt_column, io::ColumnRole::sequence, "--prompt-column");
    std::size_t id = options_.id_column.empty() ? columns.usual(io::ColumnRole::id).value_or(none)
                                                : columns.named(options_.id_column, "--id-column");
    if (id == prompt) id = none;
    for (io::CsvRow row; rows.next(row);) {
      if (!row.problem.empty())
        throw Error(ErrorKind::bad_input,
                    {row.problem, rows.where(row), "put fields that hold the delimiter in double quotes"});
      const bool has_name = id != none && !io::is_missing(row.fields[id], io::ValueKind::name);
      const std::string& text = row.fields[prompt];
      take(has_name ? row.fields[id] : std::string(),
           io::is_missing(text, io::ValueKind::sequence) ? std::string() : text, rows.where(row));
    }
    for (const std::string& note : rows.notes()) sink_.note(note);
  }

  static std::string place(const io::LineReader& lines) { return fmt::format("{}:{}", lines.label(), lines.number()); }

  void take(std::string name, const std::string& text, const std::string& where) {
    ++count_;
    if (name.empty()) name = fmt::format("prompt_{}", count_);
    name = one_word(std::move(name));
    const auto [first, is_new] = names_.emplace(name, where);
    if (!is_new)
      throw Error(ErrorKind::bad_input,
                  {fmt::format("a second prompt is called '{}', as that of {}", name, first->second), where,
                   "proteins are called after their prompts: give each a name of its own"});
    try {
      std::vector<std::int32_t> ids = tokenizer_.encode_text(text);
      if (ids.empty()) throw Error(ErrorKind::bad_input, {"the prompt is empty", {}, {}});
      if (const auto other = ids_.emplace(ids, name); !other.second) ++twice_;
      const std::uint64_t stream = stream_of(ids);
      out_.prompts.push_back({std::move(name), std::move(ids), stream});
    } catch (const Error& error) {
      out_.refused.push_back({name, error.at(fmt::format("{} ({})", where, name))});
    }
  }

  const PromptFileOptions& options_;
  const bio::Tokenizer& tokenizer_;
  Sink& sink_;
  PromptsOfFiles out_;
  std::map<std::string, std::string> names_;              // and where they are
  std::map<std::vector<std::int32_t>, std::string> ids_;  // of prompts, and their names
  std::int64_t count_ = 0, twice_ = 0;
};

}  // namespace

PromptsOfFiles read_prompt_files(const PromptFileOptions& options, const bio::Tokenizer& tokenizer, Sink& sink) {
  return PromptReader(options, tokenizer, sink).read();
}

}  // namespace groel::tasks
