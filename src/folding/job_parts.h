// The parts of job files that their dialects share.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "folding/job.h"
#include "folding/job_fields.h"

namespace groel::folding {

/// Where the files lie that a job names, and what is to be said about it.
struct JobFile {
  std::filesystem::path folder;
  Problems& problems;
};

/// The text under `key`, or that of the file under `key` + "Path"; nothing where both are missing or null.
std::optional<std::string> text_or_file(const Field& owner, const std::string& key, std::string_view what,
                                        const JobFile& file);
/// The text of a file, decompressed. A problem, and nothing, when it cannot be read.
std::optional<std::string> file_text(const Field& path, const std::filesystem::path& folder);

/// The ids of a chain and its copies, upper-case letters each: one as text, or a list of at least one.
std::vector<std::string> read_ids(const Field& field);
/// A problem for each id that several chains have.
void check_ids(const Field& sequences, const Job& job);
/// A sequence of upper-case letters; a problem otherwise.
std::string read_sequence(const Field& field, Molecule molecule);
/// Components in place of residues. `prefixed`: codes may begin with "CCD_", which is left out; otherwise it is a
/// problem.
std::vector<Modification> read_modifications(const Field& field, const ChainContent& chain, bool prefixed);
/// Whole numbers of 32 bits; text, fractions and truth values count as Python's int() reads them, with a note.
std::vector<std::uint32_t> read_seeds(const Field& field, std::vector<std::string>& notes);
/// A name that leaves something for names of files.
std::string read_name(const Field& field, std::vector<std::string>& notes);

/// A chain of AlphaFold 3's dialect, without its id; `entity` is the object under "protein" and the like.
ChainContent read_chain(const Field& entity, Molecule molecule, const JobFile& file);
/// Bonds between atoms of the job's chains.
std::vector<Bond> read_bonds(const Field& field, Job& job);
/// What of a job's bonds the network will not see, and what is odd about them, as notes.
void note_bonds(Job& job);

/// A job of a server's or of Protenix's list.
Job read_listed_job(const Field& job, const JobFile& file);

}  // namespace groel::folding
