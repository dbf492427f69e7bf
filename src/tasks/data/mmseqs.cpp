// Clusters sequences with MMseqs2 where it is installed.
#include <algorithm>

#include <filesystem>
#include <unordered_map>

#include "base/error.h"
#include "base/program.h"
#include "base/text_file.h"
#include "base/threads.h"
#include "base/words.h"
#include "base/work_folder.h"
#include "tasks/data/clusters.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;

fs::path require_mmseqs() {
  if (const auto found = find_program("mmseqs")) return *found;
  throw Error(ErrorKind::unsupported, {"similar sequences are found by MMseqs2, which is not installed", "mmseqs",
                                       "apt-get install mmseqs2 (of any other system: conda install -c bioconda "
                                       "mmseqs2); or take clusters from a file with --clusters"});
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
  const WorkFolder work("mmseqs");
  write_text(work / "in.fasta", distinct.fasta);
  const fs::path log = work / "log";
  const bool done = run_program(
      {mmseqs.string(), "easy-cluster", (work / "in.fasta").string(), (work / "out").string(), (work / "tmp").string(),
       "--min-seq-id", fmt::format("{}", identity), "-c", "0.8", "--threads", std::to_string(num_threads())},
      log);
  if (!done) throw Error(ErrorKind::io, {"MMseqs2 ended with an error", mmseqs.string(), last_line(log)});
  std::vector<std::string> ids;
  for (std::size_t row = 0; row < sequences.size(); ++row)
    ids.push_back(distinct.of_row[row] < 0 ? fmt::format("row {}", row) : std::to_string(distinct.of_row[row]));
  const bool any_empty = std::find(distinct.of_row.begin(), distinct.of_row.end(), -1) != distinct.of_row.end();
  Sink silent;
  return clusters_by_file((work / "out_cluster.tsv").string(), ids, any_empty ? silent : sink);
}

}  // namespace groel::tasks
