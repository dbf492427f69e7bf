// Runs MMseqs2: a database of its own, the search, and the alignment of what it found.
#include "folding/mmseqs.h"

#include <algorithm>
#include <fstream>
#include <map>

#include "base/error.h"
#include "base/folders.h"
#include "base/program.h"
#include "base/sha256.h"
#include "base/text_file.h"
#include "base/work_folder.h"
#include "folding/alignment.h"

namespace groel::folding {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostText = std::size_t{8} << 30;

void run(std::vector<std::string> words, const WorkFolder& folder, const std::string& what) {
  words.insert(words.begin(), mmseqs_program());
  words.insert(words.end(), {"-v", "1"});
  const fs::path log = folder / "log";
  if (run_program(words, log)) return;
  const std::string said = last_line(log);
  throw Error(ErrorKind::bad_input,
              {fmt::format("mmseqs {} failed{}{}", words[1], said.empty() ? "" : ": ", said), what, {}});
}

// The database in MMseqs2's form, made whole or not at all.
fs::path own_form(const std::string& file, const fs::path& kept, const WorkFolder& folder, const std::string& name) {
  std::error_code ignored;
  const std::string identity =
      fmt::format("{} {} {}", fs::weakly_canonical(file, ignored).string(), fs::file_size(file, ignored),
                  fs::last_write_time(file, ignored).time_since_epoch().count());
  const fs::path target = kept / "mmseqs2" / sha256(identity);
  const auto make = [&](const fs::path& in) { run({"createdb", file, (in / "db").string()}, folder, name); };
  if (kept.empty()) {
    make(folder / "");
    return folder / "db";
  }
  fs::create_directories(target.parent_path());
  if (!is_there(target)) write_folder(target, make);
  return target / "db";
}

// Whole descriptions by the short names that alignments have.
std::map<std::string, std::string> descriptions(const fs::path& table) {
  std::map<std::string, std::string> all;
  std::ifstream file(table);
  for (std::string line; std::getline(file, line);)
    if (const std::size_t tab = line.find('\t'); tab != std::string::npos)
      all[line.substr(0, tab)] = line.substr(tab + 1);
  return all;
}

}  // namespace

std::string mmseqs_program() {
  if (const auto found = find_program("mmseqs")) return found->string();
  throw Error(ErrorKind::not_found,
              {"MMseqs2 is not installed", "mmseqs", "install it: apt-get install mmseqs2; or search by HMMER"});
}

std::string search_protein_fast(const std::string& sequence, const SearchedDatabase& database, const fs::path& kept,
                                int threads, std::size_t memory) {
  const auto files = database_files(database);
  if (files.size() != 1)
    throw Error(ErrorKind::usage,
                {fmt::format("the database {} is in {} files, and MMseqs2 searches one", database.name, files.size()),
                 "`database`",
                 {}});
  const WorkFolder folder("mmseqs");
  const std::string query = (folder / "query").string(), found = (folder / "found").string(),
                    rows = (folder / "rows").string(), table = (folder / "table").string();
  write_text(folder / "query.fasta", ">query\n" + sequence + "\n");
  run({"createdb", (folder / "query.fasta").string(), query}, folder, "the query");
  const std::string target = own_form(files[0], kept, folder, database.name).string();
  std::vector<std::string> search{"search",       query,
                                  target,         found,
                                  folder / "tmp", "-e",
                                  "0.0001",       "-s",
                                  "7.5",          "-a",
                                  "--max-seqs",   std::to_string(database.most),
                                  "--threads",    std::to_string(threads)};
  if (memory > 0)
    search.insert(search.end(), {"--split-memory-limit", fmt::format("{}M", std::max<std::size_t>(memory >> 20U, 64))});
  run(search, folder, database.name);
  run({"result2msa", query, target, found, rows, "--msa-format-mode", "5", "--threads", std::to_string(threads)},
      folder, database.name);
  run({"convertalis", query, target, found, table, "--format-output", "target,theader", "--threads",
       std::to_string(threads)},
      folder, database.name);
  std::string text = read_text(rows, kMostText);
  std::erase(text, '\0');
  auto all = alignment_rows(text);
  const auto whole = descriptions(table);
  for (AlignmentRow& row : all)
    if (const auto one = whole.find(row.description); one != whole.end()) row.description = one->second;
  if (all.size() > database.most) all.resize(database.most);
  return a3m_text(all);
}

}  // namespace groel::folding
