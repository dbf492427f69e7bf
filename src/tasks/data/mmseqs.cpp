// Clusters sequences with MMseqs2 where it is installed.
#include <unistd.h>
#include <algorithm>

#include <filesystem>
#include <unordered_map>

#include "base/error.h"
#include "base/program.h"
#include "base/text_file.h"
#include "base/threads.h"
#include "base/words.h"
#include "tasks/data/clusters.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;

class WorkFolder {
 public:
  WorkFolder() {
    std::string name = (fs::temp_directory_path() / "groel-mmseqs-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw Error(ErrorKind::io, {"no folder for temporary files can be made", fs::temp_directory_path().string(),
                                  "TMPDIR names another place"});
    path_ = name;
  }
  ~WorkFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

fs::path require_mmseqs() {
  if (const auto found = find_program("mmseqs")) return *found;
  throw Error(ErrorKind::unsupported, {"similar sequences are found by MMseqs2, which is not installed", "mmseqs",
                                       "apt-get install mmseqs2 (of any other system: conda install -c bioconda "
                                       "mmseqs2); or take clusters from a file with --clusters"});
}

std::string last_words(const fs::path& log) {
  std::error_code ignored;
  if (!fs::exists(log, ignored)) return {};
  const std::string text = read_text(log);
  const std::size_t end = text.find_last_not_of(" \n");
  if (end == std::string::npos) return {};
  const std::size_t begin = text.rfind('\n', end) + 1;  // 0 where there is none
  return text.substr(begin, end + 1 - begin);
}

// Every distinct sequence under its number.
struct Distinct {
  std::vector<std::int64_t> of_row;  // -1: empty
  std::string fasta;
  std::int64_t count = 0;
};

Distinct distinct_sequences(const std::vector<std::string>& sequences) {
  Distinct out;
  std::unordered_map<std::string_view, std::int64_t> numbers;
  for (const std::string& sequence : sequences) {
    if (sequence.empty()) {
      out.of_row.push_back(-1);
      continue;
    }
    const auto [found, is_new] = numbers.emplace(sequence, out.count);
    if (is_new) out.fasta += fmt::format(">{}\n{}\n", out.count++, sequence);
    out.of_row.push_back(found->second);
  }
  return out;
}

}  // namespace

Clusters clusters_by_identity(const std::vector<std::string>& sequences, double identity, Sink& sink) {
  if (!(identity > 0 && identity <= 1))
    throw Error(ErrorKind::usage, {"an identity is above 0 and at most 1", "--identity", {}});
  const fs::path mmseqs = require_mmseqs();
  const Distinct distinct = distinct_sequences(sequences);
  const WorkFolder work;
  write_text(work / "in.fasta", distinct.fasta);
  const fs::path log = work / "log";
  const bool done = run_program(
      {mmseqs.string(), "easy-cluster", (work / "in.fasta").string(), (work / "out").string(), (work / "tmp").string(),
       "--min-seq-id", fmt::format("{}", identity), "-c", "0.8", "--threads", std::to_string(num_threads())},
      log);
  if (!done) throw Error(ErrorKind::io, {"MMseqs2 ended with an error", mmseqs.string(), last_words(log)});
  std::vector<std::string> ids;
  for (std::size_t row = 0; row < sequences.size(); ++row)
    ids.push_back(distinct.of_row[row] < 0 ? fmt::format("row {}", row) : std::to_string(distinct.of_row[row]));
  const bool any_empty = std::find(distinct.of_row.begin(), distinct.of_row.end(), -1) != distinct.of_row.end();
  Sink silent;
  return clusters_by_file((work / "out_cluster.tsv").string(), ids, any_empty ? silent : sink);
}

}  // namespace groel::tasks
