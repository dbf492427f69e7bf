// Runs the searches of a job, four at a time, and keeps what they find.
#include "folding/searches.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <mutex>

#include "base/error.h"
#include "base/options.h"
#include "base/sha256.h"
#include "base/text_file.h"
#include "base/words.h"
#include "folding/alignment.h"
#include "folding/mmseqs.h"
#include "folding/template_search.h"
#include "io/compressed.h"

namespace groel::folding {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kAtOnce = 4;

struct Known {
  const char *name, *file;
  std::size_t most;
};
constexpr Known kKnown[] = {{"uniref90", "uniref90_2022_05.fa", 10000},
                            {"small_bfd", "bfd-first_non_consensus_sequences.fasta", 5000},
                            {"mgnify", "mgy_clusters_2022_05.fa", 5000},
                            {"uniprot_cluster_annot", "uniprot_all_2021_04.fa", 50000},
                            {"ntrna", "nt_rna_2023_02_23_clust_seq_id_90_cov_80_rep_seq.fasta", 10000},
                            {"rfam", "rfam_14_9_clust_seq_id_90_cov_80_rep_seq.fasta", 10000},
                            {"rna_central", "rnacentral_active_seq_id_90_cov_80_linclust.fasta", 10000}};

// In which order AlphaFold 3 puts them together.
const std::vector<std::string> kUnpaired{"uniref90", "small_bfd", "mgnify"}, kRna{"rfam", "rna_central", "ntrna"};
const std::string kPaired = "uniprot_cluster_annot";

std::string found_in(const std::vector<std::string>& folders, const std::string& name) {
  for (const std::string& folder : folders)
    if (const fs::path path = fs::path(folder) / name; fs::exists(path)) return path.string();
  return (fs::path(folders.empty() ? "." : folders[0]) / name).string();
}

// A file by what makes it another one.
std::string said_of(const std::string& path) {
  std::error_code ignored;
  return fmt::format("{} {} {}", fs::weakly_canonical(path, ignored).string(), fs::file_size(path, ignored),
                     fs::last_write_time(path, ignored).time_since_epoch().count());
}

std::string key_of(const std::string& kind, const std::string& query, const SearchedDatabase& database) {
  std::string text = fmt::format("{}\n{}\n{}\n{}\n", kind, query, database.most,
                                 database.total ? fmt::format("{}", *database.total) : "");
  for (const std::string& file : database_files(database)) text += said_of(file) + "\n";
  return sha256(text);
}

// What a search gives, from the folder of kept results where it is there.
template <class Search>
std::string kept_or(const SearchSettings& settings, const std::string& key, bool& was_kept, const Search& search) {
  const fs::path file = settings.kept / (key + ".a3m.zst");
  was_kept = !settings.kept.empty() && fs::exists(file);
  if (was_kept) return io::read_decompressed(file.string());
  std::string a3m = search();
  if (!settings.kept.empty()) {
    fs::create_directories(settings.kept);
    write_text(file, a3m);
  }
  return a3m;
}

class Searches {
 public:
  Searches(const SearchSettings& settings, const SayStep& say) : settings_(settings), say_(say) {}

  /// Alignments of a sequence by the names of databases, as many at a time as threads and memory allow.
  std::map<std::string, std::vector<AlignmentRow>> all(const std::string& query, const std::vector<std::string>& names,
                                                       bool protein) {
    std::map<std::string, std::vector<AlignmentRow>> found;
    for (std::size_t first = 0, last = 0; first < names.size(); first = last) {
      last = first + at_once(query, names, first);
      const int cpus = std::max(1, settings_.threads / static_cast<int>(last - first));
      std::map<std::string, std::future<std::string>> running;
      for (std::size_t i = first; i < last; ++i)
        running[names[i]] = std::async(std::launch::async, [this, &query, name = names[i], protein, cpus] {
          return one(query, name, protein, cpus);
        });
      for (auto& [name, future] : running) found[name] = alignment_rows(future.get());
    }
    return found;
  }

  std::string structures(const std::string& query, const std::string& a3m) {
    const auto start = std::chrono::steady_clock::now();
    bool was_kept = false;
    std::string hits =
        kept_or(settings_, key_of("templates", query + "\n" + sha256(a3m), {"seqres", settings_.seqres}), was_kept,
                [&] { return search_structures(a3m, settings_.seqres, settings_.programs, settings_.threads); });
    tell("templates", alignment_rows(hits).size(), "hit", start, was_kept);
    return hits;
  }

  void say(const std::string& text) {
    const std::lock_guard lock(mutex_);
    if (say_) say_(text);
  }

 private:
  // How many of the searches from `first` on run together: at least one, whatever it takes.
  std::size_t at_once(const std::string& query, const std::vector<std::string>& names, std::size_t first) {
    const std::size_t threads = std::clamp<std::size_t>(static_cast<std::size_t>(settings_.threads), 1, kAtOnce);
    const std::size_t wanted = std::min(threads, names.size() - first);
    if (settings_.memory == 0) return wanted;
    std::size_t count = 0, bytes = 0;
    for (; count < wanted; ++count) {
      bytes += search_bytes(query.size(), settings_.databases.at(names[first + count]), settings_.parallel_files);
      if (count > 0 && bytes > settings_.memory) break;
    }
    if (count < wanted)
      say(fmt::format("{} at a time: {} of a sequence of {} may take {}, and {} are free",
                      counted(count, "search", "searches"), count + 1, counted(query.size(), "residue"),
                      format_bytes(bytes), format_bytes(settings_.memory)));
    return count;
  }

  std::string one(const std::string& query, const std::string& name, bool protein, int cpus) {
    const auto start = std::chrono::steady_clock::now();
    const SearchedDatabase& database = settings_.databases.at(name);
    const bool fast = protein && settings_.fast;
    const auto search = [&] {
      if (fast) return search_protein_fast(query, database, settings_.kept, cpus, settings_.memory / kAtOnce);
      return (protein ? search_protein : search_rna)(query, database, settings_.programs, cpus,
                                                     settings_.parallel_files);
    };
    bool was_kept = false;
    const std::string key = key_of(fast ? "protein by MMseqs2" : protein ? "protein" : "rna", query, database);
    std::string a3m = kept_or(settings_, key, was_kept, search);
    tell(name, alignment_rows(a3m).size(), "row", start, was_kept);
    return a3m;
  }

  void tell(const std::string& name, std::size_t count, const char* what, std::chrono::steady_clock::time_point start,
            bool was_kept) {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    say(fmt::format("{}: {}, {}", name, counted(count, what),
                    was_kept ? "kept from an earlier run" : fmt::format("{:.1f} s", seconds)));
  }

  const SearchSettings& settings_;
  const SayStep& say_;
  std::mutex mutex_;
};

bool lacks_alignments(const JobChain& chain) {
  return (chain.molecule == Molecule::protein || chain.molecule == Molecule::rna) && !chain.unpaired_msa;
}
bool lacks_templates(const JobChain& chain) { return chain.molecule == Molecule::protein && !chain.templates; }

// Says what is missing before hours are spent.
void check_ready(const Job& job, const SearchSettings& settings) {
  const auto check = [&](const std::vector<std::string>& names) {
    for (const std::string& name : names) database_files(settings.databases.at(name));
  };
  for (const JobChain& chain : job.chains) {
    if (lacks_alignments(chain) && chain.molecule == Molecule::protein) {
      if (settings.fast)
        mmseqs_program();
      else
        hmmer_program(settings.programs.jackhmmer, "jackhmmer");
      check(kUnpaired);
      check({kPaired});
    } else if (lacks_alignments(chain)) {
      hmmer_program(settings.programs.nhmmer, "nhmmer");
      hmmer_program(settings.programs.hmmalign, "hmmalign");
      check(kRna);
    }
    if (lacks_templates(chain)) {
      hmmer_program(settings.programs.hmmbuild, "hmmbuild");
      hmmer_program(settings.programs.hmmsearch, "hmmsearch");
      database_files({"seqres", settings.seqres});
      structure_folder(settings.structures);
    }
  }
}

// One after the other; what found nothing gives the query.
std::vector<AlignmentRow> joined(const std::map<std::string, std::vector<AlignmentRow>>& found,
                                 const std::vector<std::string>& names, const std::string& query) {
  std::vector<AlignmentRow> rows;
  for (const std::string& name : names) {
    const auto& more = found.at(name);
    if (more.empty()) rows.push_back({"Original query", query});
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

// One sequence's results, for all chains that have it.
struct Results {
  std::optional<std::string> unpaired, paired;
  std::optional<std::vector<Template>> templates;
};

void search_alignments(const std::string& query, bool protein, Searches& searches, Results& to) {
  std::vector<std::string> names = protein ? kUnpaired : kRna;
  if (protein) names.push_back(kPaired);
  const auto found = searches.all(query, names, protein);
  to.unpaired = a3m_text(without_duplicates(joined(found, protein ? kUnpaired : kRna, query)));
  if (protein) to.paired = a3m_text(joined(found, {kPaired}, query));
}

void search_templates(const std::string& query, const std::string& a3m, const ComponentTable& components,
                      const SearchSettings& settings, Searches& searches, Results& to) {
  const std::string hits = searches.structures(query, a3m);
  FoundTemplates found =
      choose_templates(hits, query, settings.newest, structure_folder(settings.structures), components);
  to.templates = std::move(found.used);
  searches.say(fmt::format(
      "templates: {} used{}", to.templates->size(),
      found.missing.empty()
          ? ""
          : fmt::format("; {} passed over, as {} not among the structures: {}", counted(found.missing.size(), "hit"),
                        found.missing.size() == 1 ? "it is" : "they are", listed(found.missing, 5))));
}

}  // namespace

SearchSettings databases_in(const std::vector<std::string>& folders) {
  SearchSettings out;
  for (const Known& one : kKnown) out.databases[one.name] = {one.name, found_in(folders, one.file), one.most, {}};
  out.seqres = found_in(folders, "pdb_seqres_2022_09_28.fasta");
  out.structures = found_in(folders, "mmcif_files");
  return out;
}

void search_missing(Job& job, const ComponentTable& components, const SearchSettings& settings, const SayStep& say) {
  check_ready(job, settings);
  Searches searches(settings, say);
  std::map<std::pair<Molecule, std::string>, Results> by_sequence;
  for (JobChain& chain : job.chains) {
    if (!lacks_alignments(chain) && !lacks_templates(chain)) continue;
    const std::string query = query_sequence(chain, components);
    Results& results = by_sequence[{chain.molecule, query}];
    if (lacks_alignments(chain)) {
      searches.say(fmt::format("chain {}: {}", chain.id, counted(query.size(), "residue")));
      if (!results.unpaired) search_alignments(query, chain.molecule == Molecule::protein, searches, results);
      chain.unpaired_msa = results.unpaired;
      if (chain.molecule == Molecule::protein) chain.paired_msa = results.paired;
    }
    if (!lacks_templates(chain)) continue;
    if (!results.templates) search_templates(query, *chain.unpaired_msa, components, settings, searches, results);
    chain.templates = results.templates;
  }
}

}  // namespace groel::folding
