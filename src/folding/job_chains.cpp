// Reads the chains of AlphaFold 3's dialect: proteins, nucleic acids and ligands.
#include <map>

#include "base/error.h"
#include "folding/job_parts.h"

namespace groel::folding {
namespace {

using Kind = nlohmann::json::value_t;

std::vector<int> indices(const Field& field, bool required) {
  std::vector<int> all;
  for (const Field& one : field.elements("numbers of residues, from 0", required))
    all.push_back(static_cast<int>(one.whole("the number of a residue, from 0,", INT32_MIN, INT32_MAX)));
  return all;
}

// Of a query residue that is named twice the last template residue counts, in the first one's place.
std::vector<std::pair<int, int>> residue_pairs(const std::vector<int>& query, const std::vector<int>& other) {
  std::vector<std::pair<int, int>> pairs;
  std::map<int, std::size_t> place;
  for (std::size_t i = 0; i < query.size(); ++i) {
    const auto [at, fresh] = place.try_emplace(query[i], pairs.size());
    if (fresh)
      pairs.emplace_back(query[i], other[i]);
    else
      pairs[at->second].second = other[i];
  }
  return pairs;
}

Template read_template(const Field& field, const JobFile& file) {
  Template result;
  if (!field.object_of({"mmcif", "mmcifPath", "queryIndices", "templateIndices"})) return result;
  const std::size_t before = file.problems.count();
  result.mmcif = text_or_file(field, "mmcif", "mmCIF text", file).value_or("");
  if (result.mmcif.empty() && file.problems.count() == before)
    field.problem("expected mmcif or mmcifPath with the text of a structure, found nothing");
  const auto query = indices(field["queryIndices"], true), other = indices(field["templateIndices"], false);
  if (query.size() != other.size())
    field.problem(
        fmt::format("expected as many templateIndices as queryIndices, found {} and {}", other.size(), query.size()));
  else
    result.residues = residue_pairs(query, other);
  return result;
}

void read_protein(const Field& entity, const JobFile& file, ChainContent& chain) {
  chain.unpaired_msa = text_or_file(entity, "unpairedMsa", "A3M text", file);
  chain.paired_msa = text_or_file(entity, "pairedMsa", "A3M text", file);
  if (entity["templates"].is_null()) return;
  chain.templates.emplace();
  for (const Field& one : entity["templates"].elements("templates"))
    chain.templates->push_back(read_template(one, file));
}

void read_ligand(const Field& entity, ChainContent& chain) {
  const bool codes = entity.has("ccdCodes"), smiles = entity.has("smiles") && !entity["smiles"].is_null();
  if (!codes && !entity.has("smiles")) return entity.problem("expected ccdCodes or smiles, found neither");
  if (codes && smiles && !(entity["ccdCodes"].is(Kind::array) && entity["ccdCodes"].json().empty()))
    return entity.problem("expected one of ccdCodes and smiles, found both");
  if (!codes) {
    chain.smiles = entity["smiles"].text("a molecule in SMILES");
    if (entity["smiles"].is(Kind::string) && chain.smiles->empty()) entity["smiles"].expected("a molecule in SMILES");
    return;
  }
  const auto elements = entity["ccdCodes"].elements("codes of the Chemical Component Dictionary");
  if (entity["ccdCodes"].is(Kind::array) && elements.empty()) entity["ccdCodes"].expected("at least one code");
  for (const Field& one : elements) {
    chain.components.push_back(one.text("a code of the Chemical Component Dictionary"));
    if (chain.components.back().starts_with("CCD_"))
      one.problem(fmt::format("expected a code without \"CCD_\", found \"{}\"", chain.components.back()));
    else if (one.is(Kind::string) && chain.components.back().empty())
      one.expected("a code of the Chemical Component Dictionary");
  }
}

}  // namespace

ChainContent read_chain(const Field& entity, Molecule molecule, const JobFile& file) {
  static const std::map<Molecule, std::vector<std::string_view>> keys{
      {Molecule::protein,
       {"id", "sequence", "modifications", "description", "unpairedMsa", "unpairedMsaPath", "pairedMsa",
        "pairedMsaPath", "templates"}},
      {Molecule::rna, {"id", "sequence", "modifications", "description", "unpairedMsa", "unpairedMsaPath"}},
      {Molecule::dna, {"id", "sequence", "modifications", "description"}},
      {Molecule::ligand, {"id", "ccdCodes", "smiles", "description"}}};
  ChainContent chain;
  chain.molecule = molecule;
  if (!entity.object_of(keys.at(molecule))) return chain;
  chain.description = entity["description"].optional_text("text");
  if (molecule == Molecule::ligand) return read_ligand(entity, chain), chain;
  chain.sequence = read_sequence(entity["sequence"], molecule);
  chain.modifications = read_modifications(entity["modifications"], chain, false);
  if (molecule == Molecule::protein) read_protein(entity, file, chain);
  if (molecule == Molecule::rna) chain.unpaired_msa = text_or_file(entity, "unpairedMsa", "A3M text", file);
  return chain;
}

}  // namespace groel::folding
