// HMMER's programs, run as AlphaFold 3 runs them.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace groel::folding {

/// Paths of the programs; "" for those that PATH has.
struct HmmerPrograms {
  std::string jackhmmer, nhmmer, hmmalign, hmmsearch, hmmbuild;
};

struct SearchedDatabase {
  std::string name;  ///< for messages: "uniref90"
  std::string path;  ///< FASTA; "prefix@12" is 12 files prefix-00000-of-00012, ..., "prefix@*" as many as there are
  std::size_t most = 5000;  ///< rows
  std::optional<double>
      total{};  ///< Z: sequences of the whole (of nucleotides: megabases); needed where it is in several files
};

/// The files of a database. Errors: not_found naming one that is missing; bad_input for an empty one.
std::vector<std::string> database_files(const SearchedDatabase& database);

/// Rows of a database that resemble a protein or an RNA, as A3M, the query first; of several files, at most `parallel`
/// are searched at a time. `cpus`: threads of each program. Errors: not_found when HMMER is not installed; bad_input
/// with what the program said; io; interrupted.
std::string search_protein(const std::string& sequence, const SearchedDatabase& database, const HmmerPrograms& programs,
                           int cpus, int parallel);
std::string search_rna(const std::string& sequence, const SearchedDatabase& database, const HmmerPrograms& programs,
                       int cpus, int parallel);

/// Bytes that the programs of such a search may take, as jackhmmer 3.3.2 was measured: 8 MB and 27 for each pair of the
/// sequence's residues, for each file that is searched at a time; 52 for each residue of each row that is found, of
/// which it keeps what `most` lets through.
std::size_t search_bytes(std::size_t residues, const SearchedDatabase& database, int parallel);

/// Sequences of structures that resemble an alignment (hmmbuild, hmmsearch), as A3M on its columns. Errors: the same.
std::string search_structures(const std::string& a3m, const std::string& database, const HmmerPrograms& programs,
                              int cpus);

/// The whole path of a program. Errors: not_found, saying how to get it.
std::string hmmer_program(const std::string& given, const std::string& name);

}  // namespace groel::folding
