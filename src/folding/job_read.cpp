// Reads a job file of AlphaFold 3's dialect, and tells dialects apart.
#include "folding/job_read.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/words.h"
#include "folding/job_parts.h"
#include "io/component_file.h"
#include "io/compressed.h"

namespace groel::folding {
namespace {

void check_dialect(const Field& root) {
  const Field dialect = root["dialect"], version = root["version"];
  if (!dialect.is(nlohmann::json::value_t::string) || dialect.json() != "alphafold3")
    dialect.expected("\"alphafold3\"");
  const nlohmann::json& value = version.json();
  const bool known = value.is_boolean() ? value.get<bool>()
                                        : value.is_number() && (value == 1 || value == 2 || value == 3 || value == 4);
  if (!known) version.expected("1, 2, 3 or 4");
}

void read_entity(const Field& element, const JobFile& file, Job& job) {
  static constexpr Molecule kKinds[] = {Molecule::protein, Molecule::rna, Molecule::dna, Molecule::ligand};
  if (!element.is(nlohmann::json::value_t::object) || element.json().size() != 1)
    return element.expected("an object of one key: protein, rna, dna or ligand");
  for (const Molecule molecule : kKinds) {
    if (!element.has(name(molecule))) continue;
    const Field entity = element[name(molecule)];
    const ChainContent content = read_chain(entity, molecule, file);
    if (!entity.is(nlohmann::json::value_t::object)) return;
    for (const std::string& id : read_ids(entity["id"])) job.chains.push_back({content, id});
    return;
  }
  element.problem(
      fmt::format("unknown kind of molecule \"{}\"; known: protein, rna, dna, ligand", element.json().begin().key()));
}

// StockholmColumns without which AlphaFold 3 refuses a component.
void check_components(const Field& field, const std::string& text) {
  try {
    for (const io::ComponentBlock& block : io::component_blocks(text, "userCCD"))
      if (!block.missing.empty())
        field.problem(fmt::format("component {} lacks {}", block.name, listed(block.missing)));
  } catch (const Error& error) {
    field.problem(error.what());
  }
}

Job read_alphafold(const Field& root, const JobFile& file) {
  Job job;
  root.object_of(
      {"dialect", "version", "name", "modelSeeds", "sequences", "bondedAtomPairs", "userCCD", "userCCDPath"});
  check_dialect(root);
  job.name = read_name(root["name"], job.notes);
  job.seeds = read_seeds(root["modelSeeds"], job.notes);
  const Field sequences = root["sequences"];
  const auto entities = sequences.elements("molecules");
  if (sequences.is(nlohmann::json::value_t::array) && entities.empty()) sequences.expected("at least one molecule");
  for (const Field& element : entities) read_entity(element, file, job);
  check_ids(sequences, job);
  job.bonds = read_bonds(root["bondedAtomPairs"], job);
  job.user_components = text_or_file(root, "userCCD", "mmCIF text of chemical components", file);
  if (job.user_components && job.user_components->empty())
    root["userCCD"].expected("mmCIF text of chemical components");
  else if (job.user_components)
    check_components(root["userCCD"], *job.user_components);
  note_bonds(job);
  return job;
}

}  // namespace

std::vector<Job> parse_jobs(const std::string& text, const std::string& label, const std::filesystem::path& folder) {
  const nlohmann::json json = parse_job_json(text, label);
  Problems problems(label);
  const Field root(json, "", problems);
  const JobFile file{folder, problems};
  std::vector<Job> jobs;
  if (root.is(nlohmann::json::value_t::array)) {
    for (const Field& job : root.elements("jobs")) jobs.push_back(read_listed_job(job, file));
  } else if (root.is(nlohmann::json::value_t::object)) {
    jobs.push_back(read_alphafold(root, file));
  } else {
    root.expected("an object (a job of AlphaFold 3) or a list (jobs of the AlphaFold Server or Protenix)");
  }
  problems.throw_if_any();
  return jobs;
}

std::vector<Job> read_jobs(const std::string& path) {
  return parse_jobs(io::read_decompressed(path), path, std::filesystem::path(path).parent_path());
}

}  // namespace groel::folding
