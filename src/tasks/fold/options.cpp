// The table of options of groel fold, and what they may be.
#include "tasks/fold/options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/system.h"
#include "base/words.h"
#include "hub/environment.h"
#include "tasks/fold/sequence_network_files.h"

namespace groel::tasks {
namespace {

std::size_t bucket(const std::string& text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  constexpr std::size_t kMost = 1'000'000;
  if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > kMost)
    throw Error(ErrorKind::usage, {fmt::format("'{}' is no number of tokens from 1 to {}", text, kMost), "--buckets",
                                   "numbers that grow, as 256,512,1024"});
  return value;
}

std::pair<std::string, std::string> named(const std::string& text, const char* flag) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw Error(ErrorKind::usage, {fmt::format("expected NAME=VALUE, found '{}'", text), flag, {}});
  return {text.substr(0, equals), text.substr(equals + 1)};
}

double positive(const std::string& text, const char* flag) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value > 0))
    throw Error(ErrorKind::usage, {fmt::format("'{}' is no number above 0", text), flag, {}});
  return value;
}

folding::SearchedDatabase& database_called(folding::SearchSettings& settings, const std::string& name,
                                           const char* flag) {
  const auto found = settings.databases.find(name);
  if (found != settings.databases.end()) return found->second;
  throw Error(
      ErrorKind::usage,
      {fmt::format("there is no database '{}'", name), flag,
       "they are " + listed_as(settings.databases, [](const auto& one) { return one.first; }) + ", seqres and pdb"});
}

}  // namespace

folding::SearchSettings FoldOptions::search_settings() const {
  folding::SearchSettings out = folding::databases_in(db_dir);
  for (const std::string& text : database) {
    const auto [name, path] = named(text, "--database");
    if (name == "seqres")
      out.seqres = path;
    else if (name == "pdb")
      out.structures = path;
    else
      database_called(out, name, "--database").path = path;
  }
  for (const std::string& text : total) {
    const auto [name, value] = named(text, "--database-total");
    database_called(out, name, "--database-total").total = positive(value, "--database-total");
  }
  for (const std::string& text : program) {
    const auto [name, path] = named(text, "--program");
    std::string* const to = name == "jackhmmer"   ? &out.programs.jackhmmer
                            : name == "nhmmer"    ? &out.programs.nhmmer
                            : name == "hmmalign"  ? &out.programs.hmmalign
                            : name == "hmmsearch" ? &out.programs.hmmsearch
                            : name == "hmmbuild"  ? &out.programs.hmmbuild
                                                  : nullptr;
    if (to == nullptr)
      throw Error(ErrorKind::usage, {fmt::format("there is no program '{}'", name), "--program",
                                     "they are jackhmmer, nhmmer, hmmalign, hmmsearch and hmmbuild"});
    *to = path;
  }
  out.fast = search == "mmseqs2";
  out.newest = newest_template;
  out.threads = static_cast<int>(std::max<std::int64_t>(1, threads));
  out.memory = available_memory() / 5 * 4;
  out.parallel_files = static_cast<int>(parallel_files);
  if (kept.empty())
    out.kept = hub::searches_folder().value_or("");
  else if (kept != "none")
    out.kept = kept;
  return out;
}

void FoldOptions::declare(OptionBinder& to) {
  to(input, {.name = "input",
             .type = OptionType::paths,
             .help = "Jobs: JSON of AlphaFold 3, of the AlphaFold Server or of Protenix, or folders of such files; or, "
                     "for ESMFold and MiniFold, sequences: FASTA, FASTQ, CSV or TSV",
             .value_name = "JOBS"});
  to(output, {.name = "output",
              .letter = 'o',
              .help = "Folder for the results: one folder in it for each job, or files of each sequence's name",
              .value_name = "DIR",
              .writes = Writes::folder,
              .aliases = {"out", "output-dir"}});
  to(check, {.name = "check", .help = "Check jobs and say what they would be run as, and write nothing"});
  to(features, {.name = "features",
                .help = "Write what the network is given: one .npz for the job and its first seed",
                .value_name = "FILE",
                .writes = Writes::file,
                .extensions = {".npz"}});
  to(list_examples,
     {.name = "examples", .help = "Print one small job for each thing that a job can hold; with --output as files"});
  declare_sequences(to);
  to.group("What is predicted");
  to(seeds, {.name = "num-seeds", .help = "Run so many seeds, from the job's only one on", .value_name = "N"});
  to(components, {.name = "components",
                  .help = "The Chemical Component Dictionary (components.cif, also .gz): for components that the "
                          "program does not bring along",
                  .value_name = "FILE"});
  to(buckets, {.name = "buckets",
               .help = "Numbers of tokens that jobs are padded to (default: AlphaFold 3's); 'none' pads nothing",
               .value_name = "N,N"});
  to(newest_template, {.name = "max-template-date",
                       .help = "Newest date of templates, and of components whose model lends coordinates",
                       .otherwise = "2021-09-30",
                       .value_name = "DATE"});
  to(conformer_iterations, {.name = "conformer-max-iterations",
                            .help = "Attempts of RDKit at a conformer (0: its own limit)",
                            .otherwise = 0,
                            .value_name = "N"});
  to(ideal, {.name = "ideal-coordinates",
             .help = "Use the dictionary's ideal coordinates in the place of RDKit's conformers"});
  to(keep_standalone_glycans,
     {.name = "fix-standalone-glycans",
      .help = "Keep the O1 of sugars that nothing is bonded to, which AlphaFold 3 leaves out"});
  to(keep_overlaps,
     {.name = "no-resolve-msa-overlaps", .help = "Keep rows of unpaired alignments that are among the paired ones"});
  declare_network(to);
  to.group("Which steps are run");
  to(no_search,
     {.name = "no-data-pipeline", .help = "Search nothing: jobs bring their alignments and templates along"});
  to(no_inference, {.name = "no-inference", .help = "End where the network would begin"});
  to.group("Searches");
  to(db_dir, {.name = "db-dir",
              .help = "Folders of AlphaFold 3's databases; each is taken of the first that has it",
              .value_name = "DIR,DIR"});
  to(database, {.name = "database",
                .help = "A database elsewhere: uniref90, small_bfd, mgnify, uniprot_cluster_annot, ntrna, rfam, "
                        "rna_central, seqres (files), pdb (folder); prefix@N for N files",
                .value_name = "NAME=PATH"});
  to(total, {.name = "database-total",
             .help = "How many sequences (nucleotides: megabases) a database in several files has in all",
             .value_name = "NAME=N"});
  to(program, {.name = "program",
               .help = "A program of HMMER's elsewhere than in PATH: jackhmmer, nhmmer, hmmalign, hmmsearch, hmmbuild",
               .value_name = "NAME=PATH"});
  to(search,
     {.name = "search",
      .help =
          "What searches proteins: hmmer, as AlphaFold 3 does, or mmseqs2, which is much faster and finds other rows",
      .otherwise = "hmmer",
      .choices = {"hmmer", "mmseqs2"}});
  to(parallel_files, {.name = "max-parallel-files",
                      .help = "Files of one database that are searched at a time",
                      .otherwise = 1,
                      .value_name = "N"});
  to(kept, {.name = "kept-searches",
            .help = "Folder where results of searches are kept for later runs (default: groel/searches in the user's "
                    "cache; 'none')",
            .value_name = "DIR"});
  to.group("Flags of AlphaFold 3");
  to(unused,
     {.name = "alphafold3-flag", .help = "A flag of AlphaFold 3 that has no effect here", .value_name = "NAME"});
  to(json_path, {.name = "json-path", .help = "A job, as AlphaFold 3's flag", .value_name = "FILE"});
  to(input_dir, {.name = "input-dir", .help = "A folder of jobs, as AlphaFold 3's flag", .value_name = "DIR"});
  to(overwrite, overwrite_option());
  to(threads, threads_option());
  to(json, json_option());
  to.values(values);
}

folding::FeaturizeOptions FoldOptions::feature_options() const {
  folding::FeaturizeOptions out;
  if (buckets == std::vector<std::string>{"none"})
    out.buckets.clear();
  else if (!buckets.empty()) {
    out.buckets.clear();
    for (const std::string& text : buckets) out.buckets.push_back(bucket(text));
    if (!std::ranges::is_sorted(out.buckets) || std::ranges::adjacent_find(out.buckets) != out.buckets.end())
      throw Error(ErrorKind::usage, {"the numbers of tokens must grow", "--buckets", {}});
  }
  out.alignments.resolve_overlaps = !keep_overlaps;
  out.references.newest = newest_template;
  out.references.conformers = !ideal;
  out.references.iterations = static_cast<int>(conformer_iterations);
  return out;
}

namespace {

struct FoldRange {
  const char* field;
  std::optional<std::int64_t> value;
  std::int64_t least, most;
};

// Far beyond what is of use: what is above was mistyped, and would run for years or overflow.
void check_ranges(const FoldOptions& options) {
  const std::array ranges{FoldRange{"num_recycles", options.recycles, 0, 1000},
                          FoldRange{"num_seeds", options.seeds, 1, 100'000},
                          FoldRange{"num_diffusion_samples", options.samples, 1, 10'000},
                          FoldRange{"num_diffusion_steps", options.steps, 1, 100'000},
                          FoldRange{"num_msa", options.alignment_rows, 1, 1'000'000},
                          FoldRange{"conformer_max_iterations", options.conformer_iterations, 0, 1'000'000'000},
                          FoldRange{"max_parallel_files", options.parallel_files, 1, 1000},
                          FoldRange{"linker", options.linker, 0, 10'000},
                          FoldRange{"residue_offset", options.residue_offset, 0, 1'000'000},
                          FoldRange{"max_tokens", options.max_tokens, 1, 1'000'000'000},
                          FoldRange{"chunk", options.chunk, 1, 1'000'000}};
  for (const FoldRange& one : ranges)
    if (one.value && (*one.value < one.least || *one.value > one.most))
      throw Error(ErrorKind::usage,
                  {fmt::format("it is a whole number from {} to {}, not {}", one.least, one.most, *one.value),
                   fmt::format("`{}`", one.field),
                   {}});
}

// All others go with jobs alone.
const std::set<std::string_view> kWithBoth{"input",  "output",    "model",   "num-recycles", "dtype",
                                           "memory", "overwrite", "threads", "json",         "examples"};
const std::set<std::string_view> kWithSequences{"arrays", "linker", "residue-offset", "max-tokens", "chunk"};

// Those that say something else than is so anyway, as `check`.
std::vector<std::string> of_other_kind(const FoldOptions& options, bool sequences) {
  std::vector<std::string> out;
  for (const OptionSpec& row : option_table<FoldOptions>()) {
    if (kWithBoth.contains(row.name) || kWithSequences.contains(row.name) == sequences) continue;
    const auto value = options.values.find(row.name);
    if (value == options.values.end() || value->is_null() || *value == false || *value == row.otherwise) continue;
    std::string field = row.name;
    std::ranges::replace(field, '-', '_');
    out.push_back("`" + field + "`");
  }
  return out;
}

}  // namespace

void check_fold_options(const FoldOptions& options) {
  check_ranges(options);
  const bool sequences = folds_sequences(options);
  const std::vector<std::string> others = of_other_kind(options, sequences);
  if (others.empty()) return;
  // A network that is misspelt is no reason to doubt the options.
  if (sequences) (void)find_sequence_network(options.model);
  throw Error(ErrorKind::usage, {sequences ? "this goes with jobs, and sequences are folded here"
                                           : "this goes with sequences, and jobs are folded here",
                                 listed(others, 20), "leave it out, or see `groel help fold`"});
}

}  // namespace groel::tasks
