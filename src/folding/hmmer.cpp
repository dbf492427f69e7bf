// Runs HMMER's programs and reads what they write.
#include "folding/hmmer.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <regex>

#include "base/error.h"
#include "base/program.h"
#include "base/text_file.h"
#include "base/work_folder.h"
#include "folding/alignment.h"
#include "folding/stockholm.h"

namespace groel::folding {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostText = std::size_t{8} << 30;
constexpr std::size_t kShortRna = 50;

std::string number(double value) { return fmt::format("{}", value); }

void write_plain(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file)
    throw Error(ErrorKind::io, {"cannot write the file: is the disk full?", path.string(),
                                "TMPDIR names another place for temporary files"});
}

std::string query_file(const std::string& sequence) {
  std::string text = ">query\n";
  for (std::size_t i = 0; i < sequence.size(); i += 80) text += sequence.substr(i, 80) + "\n";
  return text;
}

void run(const std::vector<std::string>& words, const WorkFolder& folder, const std::string& what) {
  const fs::path log = folder / "log";
  if (run_program(words, log)) return;
  const std::string said = last_line(log);
  throw Error(
      ErrorKind::bad_input,
      {fmt::format("{} failed{}{}", fs::path(words[0]).filename().string(), said.empty() ? "" : ": ", said), what,
       said.empty() ? "it said nothing: is the disk of temporary files full? TMPDIR names another place" : ""});
}

struct Found {
  std::string a3m;
  std::map<std::string, std::string> lines{};  // of the table, by the name that the A3M has
};

std::vector<std::string> split_words(const std::string& line) {
  std::vector<std::string> out;
  for (std::size_t at = 0; (at = line.find_first_not_of(" \t", at)) != std::string::npos;) {
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    out.push_back(line.substr(at, end - at));
    at = end;
  }
  return out;
}

template <class NameOf>
std::map<std::string, std::string> table_lines(const fs::path& path, const NameOf& name_of) {
  std::map<std::string, std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && line[0] != '#') lines[name_of(split_words(line))] = line;
  return lines;
}

// Whether a jackhmmer has AlphaFold 3's patch, which writes no more rows than are wanted. Without it the same rows come
// first.
bool has_limit(const std::string& jackhmmer, const WorkFolder& folder) {
  return run_program({jackhmmer, "-h", "--seq_limit", "1"}, folder / "limit");
}

Found jackhmmer(const std::string& sequence, const SearchedDatabase& database, const std::string& file,
                const HmmerPrograms& programs, int cpus, bool table) {
  const WorkFolder folder("search");
  const fs::path query = folder / "query.fasta", output = folder / "output.sto", lines = folder / "table";
  write_plain(query, query_file(sequence));
  write_plain(output, "");
  const std::string program = hmmer_program(programs.jackhmmer, "jackhmmer");
  std::vector<std::string> words{
      program, "-o",   "/dev/null", "-A",    output.string(),      "--noali", "--F1", "0.0005", "--F2",
      "5e-05", "--F3", "5e-07",     "--cpu", std::to_string(cpus), "-N",      "1"};
  if (table) words.insert(words.end(), {"--tblout", lines.string()});
  words.insert(words.end(), {"-E", "0.0001", "--incE", "0.0001"});
  if (database.total) words.insert(words.end(), {"-Z", number(*database.total), "--domZ", number(*database.total)});
  if (has_limit(program, folder)) words.insert(words.end(), {"--seq_limit", std::to_string(database.most)});
  words.insert(words.end(), {query.string(), file});
  run(words, folder, database.name);
  Found found{stockholm_to_a3m(read_text(output, kMostText), database.most, StockholmColumns::of_query, database.name)};
  if (table) found.lines = table_lines(lines, [](const auto& fields) { return fields[0]; });
  return found;
}

// Hits are parts of long sequences; they are aligned to the query anew, so that the alignment is as wide as that.
std::string aligned_to_query(const std::string& hits, const std::string& sequence, const HmmerPrograms& programs,
                             const WorkFolder& folder) {
  const fs::path query = folder / "alone.afa", profile = folder / "query.hmm", bare = folder / "hits.fasta",
                 output = folder / "aligned.a2m";
  write_plain(query, ">query\n" + sequence + "\n");
  run({hmmer_program(programs.hmmbuild, "hmmbuild"), "--informat", "afa", "--rna", profile.string(), query.string()},
      folder, "the query");
  std::string text;
  for (AlignmentRow& row : alignment_rows(hits)) {
    std::erase(row.letters, '-');
    text += ">" + row.description + "\n" + row.letters + "\n";
  }
  write_plain(bare, text);
  run({hmmer_program(programs.hmmalign, "hmmalign"), "-o", output.string(), "--outformat", "A2M", profile.string(),
       bare.string()},
      folder, "the hits");
  return a3m_text(alignment_rows(read_text(output, kMostText)));
}

Found nhmmer(const std::string& sequence, const SearchedDatabase& database, const std::string& file,
             const HmmerPrograms& programs, int cpus, bool table) {
  const WorkFolder folder("search");
  const fs::path query = folder / "query.a3m", output = folder / "output.sto", lines = folder / "table";
  write_plain(query, query_file(sequence));
  write_plain(output, "");
  std::vector<std::string> words{
      hmmer_program(programs.nhmmer, "nhmmer"), "-o", "/dev/null", "--noali", "--cpu", std::to_string(cpus)};
  if (table) words.insert(words.end(), {"--tblout", lines.string()});
  words.insert(words.end(), {"-E", "0.001"});
  if (database.total) words.insert(words.end(), {"-Z", number(*database.total)});
  words.insert(words.end(), {"--rna", "-A", output.string(), "--F3", sequence.size() < kShortRna ? "0.02" : "1e-05",
                             query.string(), file});
  run(words, folder, database.name);
  Found found{">query\n" + sequence + "\n"};
  if (fs::file_size(output) > 0)
    found.a3m += aligned_to_query(
        stockholm_to_a3m(read_text(output, kMostText), database.most - 1, StockholmColumns::of_query, database.name),
        sequence, programs, folder);
  if (table)
    found.lines =
        table_lines(lines, [](const auto& fields) { return fmt::format("{}/{}-{}", fields[0], fields[6], fields[7]); });
  return found;
}

// By what rows of several files are merged: E-value, for proteins the score, and the name.
struct Rank {
  double value = 0, score = 0;
  std::string name;
  auto operator<=>(const Rank&) const = default;
};

struct Ranked {
  AlignmentRow row;
  Rank rank;
};

std::string name_of(const AlignmentRow& row, bool protein) {
  std::string name = row.description.substr(0, row.description.find(' '));
  return protein ? name.substr(0, name.find('/')) : name;
}

std::vector<Ranked> ranked(const Found& found, bool protein) {
  std::vector<Ranked> rows;
  auto all = alignment_rows(found.a3m);
  for (std::size_t i = 1; i < all.size(); ++i) {
    const std::string name = name_of(all[i], protein);
    const auto line = found.lines.find(name);
    if (line == found.lines.end()) continue;
    const auto fields = split_words(line->second);
    rows.push_back(
        {std::move(all[i]), {std::stod(fields[protein ? 4 : 12]), protein ? -std::stod(fields[5]) : 0.0, name}});
  }
  return rows;
}

std::string merged(const std::vector<Found>& files, const std::string& sequence, std::size_t most, bool protein) {
  std::vector<std::vector<Ranked>> lists;
  for (const Found& one : files) lists.push_back(ranked(one, protein));
  std::vector<std::size_t> at(lists.size(), 0);
  std::vector<AlignmentRow> rows{{"query", sequence}};
  while (rows.size() < most) {
    std::size_t best = lists.size();
    for (std::size_t i = 0; i < lists.size(); ++i)
      if (at[i] < lists[i].size() && (best == lists.size() || lists[i][at[i]].rank < lists[best][at[best]].rank))
        best = i;
    if (best == lists.size()) break;
    rows.push_back(std::move(lists[best][at[best]++].row));
  }
  return a3m_text(rows);
}

template <class Search>
std::string search(const std::string& sequence, const SearchedDatabase& database, int parallel, bool protein,
                   const Search& search_one) {
  const std::vector<std::string> files = database_files(database);
  if (files.size() == 1 && database.path.find('@') == std::string::npos) return search_one(files[0], false).a3m;
  if (!database.total)
    throw Error(ErrorKind::usage,
                {fmt::format("the database {} is in {} files, and how much it holds in all is not said", database.name,
                             files.size()),
                 "`database_total`", "give the number of its sequences, of nucleotides in megabases"});
  std::vector<Found> found(files.size());
  const std::size_t at_once = static_cast<std::size_t>(std::max(1, parallel));
  for (std::size_t first = 0; first < files.size(); first += at_once) {
    std::vector<std::future<Found>> running;
    for (std::size_t i = first; i < std::min(files.size(), first + at_once); ++i)
      running.push_back(std::async(std::launch::async, [&, i] { return search_one(files[i], true); }));
    for (std::size_t i = 0; i < running.size(); ++i) found[first + i] = running[i].get();
  }
  return merged(found, sequence, database.most, protein);
}

}  // namespace

std::string hmmer_program(const std::string& given, const std::string& name) {
  if (!given.empty()) {
    if (fs::exists(given)) return given;
    throw Error(ErrorKind::not_found, {fmt::format("{} is not there", name), given, {}});
  }
  if (const auto found = find_program(name)) return found->string();
  throw Error(ErrorKind::not_found,
              {fmt::format("{} is not installed, which searches need", name),
               {},
               "install HMMER: apt-get install hmmer; or give alignments and templates in the job"});
}

std::vector<std::string> database_files(const SearchedDatabase& database) {
  static const std::regex several(R"(([^?\],*]+)@(\d{1,5}|\*)([._][^?\]@*/]*)?)");
  std::vector<std::string> files{database.path};
  std::smatch parts;
  if (std::regex_match(database.path, parts, several)) {
    const std::string prefix = parts[1], suffix = parts[3];
    std::size_t count = parts[2] == "*" ? 0 : std::stoul(parts[2]);
    const auto name = [&](std::size_t i, std::size_t of) {
      return fmt::format("{}-{:05}-of-{:05}{}", prefix, i, of, suffix);
    };
    for (std::size_t of = 1; count == 0 && of < 100000; ++of)
      if (fs::exists(name(0, of))) count = of;
    files.clear();
    for (std::size_t i = 0; i < std::max<std::size_t>(1, count); ++i) files.push_back(name(i, count));
  }
  for (const std::string& file : files) {
    std::error_code missing;
    const auto size = fs::file_size(file, missing);
    if (missing)
      throw Error(ErrorKind::not_found, {fmt::format("the database {} is not there", database.name), file,
                                         "`db_dir` names the folder of the databases"});
    if (size == 0)
      throw Error(ErrorKind::bad_input,
                  {fmt::format("the database {} is empty", database.name), file, "copy or download it again"});
  }
  return files;
}

std::string search_protein(const std::string& sequence, const SearchedDatabase& database, const HmmerPrograms& programs,
                           int cpus, int parallel) {
  return search(sequence, database, parallel, true, [&](const std::string& file, bool table) {
    return jackhmmer(sequence, database, file, programs, cpus, table);
  });
}

std::string search_rna(const std::string& sequence, const SearchedDatabase& database, const HmmerPrograms& programs,
                       int cpus, int parallel) {
  return search(sequence, database, parallel, false, [&](const std::string& file, bool table) {
    return nhmmer(sequence, database, file, programs, cpus, table);
  });
}

std::size_t search_bytes(std::size_t residues, const SearchedDatabase& database, int parallel) {
  const std::size_t files = database.path.find('@') == std::string::npos ? 1 : static_cast<std::size_t>(parallel);
  return files * ((std::size_t{8} << 20U) + 27 * residues * residues) + 52 * residues * database.most;
}

std::string search_structures(const std::string& a3m, const std::string& database, const HmmerPrograms& programs,
                              int cpus) {
  database_files({"seqres", database});
  const WorkFolder folder("templates");
  const fs::path alignment = folder / "alignment.sto", profile = folder / "profile.hmm", output = folder / "hits.sto";
  write_plain(alignment, a3m_to_stockholm(a3m));
  run({hmmer_program(programs.hmmbuild, "hmmbuild"), "--informat", "stockholm", "--hand", "--amino", profile.string(),
       alignment.string()},
      folder, "the alignment");
  write_plain(output, "");
  run({hmmer_program(programs.hmmsearch, "hmmsearch"),
       "--noali",
       "--cpu",
       std::to_string(cpus),
       "--F1",
       "0.1",
       "--F2",
       "0.1",
       "--F3",
       "0.1",
       "-E",
       "100",
       "--incE",
       "100",
       "--domE",
       "100",
       "--incdomE",
       "100",
       "-A",
       output.string(),
       profile.string(),
       database},
      folder, "seqres");
  return stockholm_to_a3m(read_text(output, kMostText), 0, StockholmColumns::all, "hmmsearch");
}

}  // namespace groel::folding
