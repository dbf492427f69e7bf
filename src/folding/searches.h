// What a job lacks is searched: alignments in databases of sequences, templates in the PDB; each result is kept for
// later runs.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "folding/components.h"
#include "folding/hmmer.h"
#include "folding/job.h"

namespace groel::folding {

struct SearchSettings {
  /// By AlphaFold 3's names: uniref90, small_bfd, mgnify, uniprot_cluster_annot; ntrna, rfam, rna_central.
  std::map<std::string, SearchedDatabase> databases;
  std::string seqres, structures;     ///< file of sequences, folder of mmCIF files
  std::string newest = "2021-09-30";  ///< of templates
  HmmerPrograms programs{};
  bool fast = false;           ///< proteins by MMseqs2
  int threads = 1;             ///< for all searches that run at a time
  int parallel_files = 1;      ///< of a database in several files
  std::size_t memory = 0;      ///< bytes that searches may take together; 0: not weighed
  std::filesystem::path kept;  ///< folder of results; "": nothing is kept
};

/// The databases of AlphaFold 3 in the first of these folders that has each, and how many rows are taken of it; names
/// that none has are in the first.
SearchSettings databases_in(const std::vector<std::string>& folders);

/// What is said while it runs: "uniref90: 812 rows, 41 s", and what is left out.
using SayStep = std::function<void(const std::string& text)>;

/// Searches what the job's proteins and RNAs lack, once for each sequence, and fills it in. A run that was stopped goes
/// on where it was: every search that ended is kept, by its sequence, database and options. Errors: not_found for
/// databases and programs, before anything is searched; those of the searches.
void search_missing(Job& job, const ComponentTable& components, const SearchSettings& settings, const SayStep& say);

}  // namespace groel::folding
