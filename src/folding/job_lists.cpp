// Reads jobs of the AlphaFold Server's and of Protenix's lists, which count copies instead of naming chains.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "base/error.h"
#include "base/words.h"
#include "folding/job_parts.h"

namespace groel::folding {
namespace {

using Kind = nlohmann::json::value_t;

constexpr std::int64_t kMostCopies = 10000;

// A job with anything that only Protenix knows is Protenix's.
bool is_protenix(const Field& job) {
  if (job.has("covalent_bonds") || job.has("constraint")) return true;
  if (!job["sequences"].is(Kind::array)) return false;
  return std::ranges::any_of(job["sequences"].json(), [](const nlohmann::json& element) {
    if (!element.is_object() || element.empty() || !element.begin()->is_object()) return false;
    const nlohmann::json& entity = *element.begin();
    static const auto text = [](const nlohmann::json& value) {
      return value.is_string() ? value.get<std::string>() : "";
    };
    return entity.contains("msa") || entity.contains("pairedMsaPath") || entity.contains("unpairedMsaPath") ||
           entity.contains("templatesPath") || (entity.contains("id") && entity["id"].is_array()) ||
           (entity.contains("ligand") && text(entity["ligand"]).starts_with("FILE_"));
  });
}

struct Reader {
  const JobFile& file;
  bool protenix;
  Job job{};
  std::set<std::string> taken{};                     // ids that are given, and those that were made
  std::vector<std::vector<std::string>> entities{};  // ids of the copies of each

  void read_entity(const Field& element);
  void read_polymer(const Field& entity, ChainContent& chain);
  void read_protein(const Field& entity, ChainContent& chain);
  void read_alignments(const Field& entity, ChainContent& chain);
  void read_ligand(const Field& entity, ChainContent& chain);
  void add_copies(const Field& entity, const ChainContent& chain);
  std::string free_id();
  void read_bond(const Field& bond);
  std::vector<std::size_t> copies(const Field& bond, const std::string& side, std::size_t entity) const;
};

std::vector<std::string_view> with(std::vector<std::string_view> keys, bool protenix,
                                   std::initializer_list<std::string_view> more) {
  if (protenix) keys.insert(keys.end(), more);
  return keys;
}

void Reader::read_entity(const Field& element) {
  static const std::map<std::string_view, Molecule> kinds{{"proteinChain", Molecule::protein},
                                                          {"rnaSequence", Molecule::rna},
                                                          {"dnaSequence", Molecule::dna},
                                                          {"ion", Molecule::ligand},
                                                          {"ligand", Molecule::ligand}};
  entities.emplace_back();
  if (!element.is(Kind::object) || element.json().size() != 1 || !kinds.contains(element.json().begin().key()))
    return element.expected("an object of one key: proteinChain, rnaSequence, dnaSequence, ligand or ion");
  const std::string& key = element.json().begin().key();
  const Field entity = element[key];
  ChainContent chain;
  chain.molecule = kinds.at(key);
  if (key == "proteinChain")
    read_protein(entity, chain);
  else if (chain.molecule == Molecule::ligand)
    read_ligand(entity, chain);
  else if (entity.object_of(with({"sequence", "modifications", "count"}, protenix, {"id", "unpairedMsaPath"})))
    read_polymer(entity, chain);
  if (protenix && chain.molecule == Molecule::rna) read_alignments(entity, chain);
  if (chain.molecule == Molecule::dna && !entity["unpairedMsaPath"].is_null())
    job.notes.push_back(fmt::format("{}: DNA has no alignment, so it is not read", entity["unpairedMsaPath"].path()));
  add_copies(entity, chain);
}

void Reader::read_polymer(const Field& entity, ChainContent& chain) {
  chain.sequence = read_sequence(entity["sequence"], chain.molecule);
  chain.modifications = read_modifications(entity["modifications"], chain, true);
}

void Reader::read_protein(const Field& entity, ChainContent& chain) {
  const bool known = entity.object_of(
      with({"sequence", "count", "glycans", "modifications", "useStructureTemplate", "maxTemplateDate"}, protenix,
           {"id", "msa", "pairedMsaPath", "unpairedMsaPath", "templatesPath"}));
  if (!known) return;
  read_polymer(entity, chain);
  if (entity.has("glycans"))
    entity["glycans"].problem(
        "glycans of the server's dialect have no counterpart in AlphaFold 3; give each as a ligand with "
        "bondedAtomPairs in AlphaFold 3's dialect");
  if (entity.has("maxTemplateDate"))
    entity["maxTemplateDate"].problem(
        "a date for one chain has no counterpart in AlphaFold 3; use `max_template_date`");
  if (entity.has("templatesPath"))
    job.notes.push_back(fmt::format("{}: templates of Protenix are not read", entity["templatesPath"].path()));
  if (!entity["useStructureTemplate"].flag("true or false", true)) chain.templates.emplace();
  if (protenix) read_alignments(entity, chain);
}

// Protenix names files, or a folder with one file of each kind.
void Reader::read_alignments(const Field& entity, ChainContent& chain) {
  const auto take = [&](const char* key, std::optional<std::string>& to) {
    if (!entity[key].is_null()) to = file_text(entity[key], file.folder);
  };
  take("unpairedMsaPath", chain.unpaired_msa);
  if (chain.molecule != Molecule::protein) return;
  take("pairedMsaPath", chain.paired_msa);
  const Field folder = entity["msa"]["precomputed_msa_dir"];
  if (!entity["msa"].is_null()) entity["msa"].object_of({"precomputed_msa_dir", "pairing_db"});
  if (!entity["msa"]["pairing_db"].is_null())
    job.notes.push_back(fmt::format("{}: rows are paired by the species that they name, whatever database they are of",
                                    entity["msa"]["pairing_db"].path()));
  if (!folder.is_null()) {
    if (chain.unpaired_msa || chain.paired_msa)
      job.notes.push_back(fmt::format("{}: the paths beside it are not used", folder.path()));
    const std::filesystem::path path = folder.text("a folder");
    const auto text = [&](const char* name) {
      const nlohmann::json one = (path / name).string();
      return file_text(Field(one, folder.path() + "/" + name, file.problems), file.folder);
    };
    chain.unpaired_msa = text("non_pairing.a3m");
    chain.paired_msa = text("pairing.a3m");
  }
  if (!chain.unpaired_msa && !chain.paired_msa) return;
  for (auto* const one : {&chain.unpaired_msa, &chain.paired_msa})
    if (!*one) one->emplace();
  if (!chain.templates) chain.templates.emplace();
}

void Reader::read_ligand(const Field& entity, ChainContent& chain) {
  if (!entity.object_of(with({"ligand", "ion", "count"}, protenix, {"id"}))) return;
  if (!entity["ligand"].is_null() && !entity["ion"].is_null())
    return entity.problem("expected one of ligand and ion, found both");
  const Field field = entity[entity.has("ligand") ? "ligand" : "ion"];
  const std::string text = field.text("a code of the Chemical Component Dictionary");
  if (text.empty())
    return field.is(Kind::string) ? field.expected("a code of the Chemical Component Dictionary") : void();
  const bool prefixed = text.starts_with("CCD_");
  if (text.starts_with("FILE_"))
    return field.problem("molecules in files are Protenix's alone; give the molecule as SMILES or by userCCD");
  if (!entity.has("ligand")) return chain.components.push_back(text);
  if (protenix && !prefixed) return void(chain.smiles = text);
  std::string codes = prefixed ? text.substr(4) : text;
  for (std::size_t end; protenix && (end = codes.find('_')) != std::string::npos; codes.erase(0, end + 1))
    chain.components.push_back(codes.substr(0, end));
  chain.components.push_back(codes);
}

// Every id that a list of Protenix's gives, so that none is made twice.
std::set<std::string> given_ids(const nlohmann::json& sequences) {
  std::set<std::string> ids;
  for (const nlohmann::json& element : sequences)
    for (const nlohmann::json& entity : element)
      if (entity.is_object() && entity.contains("id"))
        for (const nlohmann::json& id : entity["id"])
          if (id.is_string()) ids.insert(id.get<std::string>());
  return ids;
}

// The chain's number as an id, or the next that no other chain has.
std::string Reader::free_id() {
  std::size_t number = job.chains.size() + 1;
  while (!taken.insert(chain_name(number)).second) ++number;
  return chain_name(number);
}

void Reader::add_copies(const Field& entity, const ChainContent& chain) {
  std::int64_t count = 1;
  if (!entity["count"].is_null()) count = entity["count"].whole("a number of copies", 0, kMostCopies);
  std::vector<std::string> ids;
  if (protenix && !entity["id"].is_null()) {
    if (!entity["id"].is(Kind::array))
      entity["id"].expected("a list of ids");
    else
      ids = read_ids(entity["id"]);
  }
  if (!ids.empty() && std::ssize(ids) != count)
    entity["id"].problem(fmt::format("expected {}, found {}", counted(count, "id"), ids.size()));
  for (std::int64_t i = 0; i < count; ++i) {
    job.chains.push_back({chain, i < std::ssize(ids) ? ids[static_cast<std::size_t>(i)] : free_id()});
    entities.back().push_back(job.chains.back().id);
  }
  if (count == 0)
    job.notes.push_back(fmt::format("{}: no copies are asked for, so the molecule is left out", entity.path()));
}

// The copies of an entity that a bond is about: one, or all.
std::vector<std::size_t> Reader::copies(const Field& bond, const std::string& side, std::size_t entity) const {
  std::vector<std::size_t> all;
  const Field copy = bond["copy" + side];
  const auto count = std::ssize(entities[entity - 1]);
  if (!copy.is_null()) return {static_cast<std::size_t>(copy.whole("a copy", 1, std::max<std::int64_t>(1, count))) - 1};
  for (std::size_t i = 0; i < entities[entity - 1].size(); ++i) all.push_back(i);
  return all;
}

// Numbers may be text.
std::int64_t number(const Field& field, std::string_view what, std::int64_t most, Problems& problems) {
  if (!field.is(Kind::string)) return field.whole(what, 1, most);
  const std::string text = field.text(what);
  const bool digits =
      !text.empty() && text.size() < 10 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  const nlohmann::json value = digits ? nlohmann::json(std::stoll(text)) : nlohmann::json(text);
  return Field(value, field.path(), problems).whole(what, 1, most);
}

void Reader::read_bond(const Field& bond) {
  if (!bond.object_of({"entity1", "copy1", "position1", "atom1", "entity2", "copy2", "position2", "atom2"})) return;
  std::vector<std::vector<BondedAtom>> ends;
  const std::size_t before = file.problems.count();
  for (const std::string side : {"1", "2"}) {
    const auto entity = static_cast<std::size_t>(
        number(bond["entity" + side], "the number of a molecule", std::ssize(entities), file.problems));
    const auto position = number(bond["position" + side], "a residue", INT32_MAX, file.problems);
    const std::string atom = bond["atom" + side].text("the name of an atom");
    if (file.problems.count() != before) return;
    std::vector<BondedAtom>& end = ends.emplace_back();
    for (const std::size_t copy : copies(bond, side, entity))
      if (copy < entities[entity - 1].size())
        end.push_back({entities[entity - 1][copy], static_cast<int>(position), atom});
    for (const BondedAtom& one : end) {
      const JobChain* const chain = job.find(one.chain);
      if (chain->smiles)
        bond["entity" + side].problem("this is a ligand given as SMILES, whose atoms have no names to bind to");
      else if (static_cast<std::size_t>(one.residue) > chain->length())
        bond["position" + side].expected(
            fmt::format("a residue of chain {}, from 1 to {}", one.chain, chain->length()));
    }
  }
  if (ends[0].size() != ends[1].size())
    return bond.problem(
        fmt::format("expected as many copies on both sides, found {} and {}", ends[0].size(), ends[1].size()));
  for (std::size_t i = 0; i < ends[0].size(); ++i) job.bonds.push_back({ends[0][i], ends[1][i]});
}

// The server may come without both, and not with one.
void check_server(const Field& job) {
  if (job.has("dialect") != job.has("version")) return job.problem("expected both dialect and version, or neither");
  if (!job.has("dialect")) return;
  if (job["dialect"].json() != "alphafoldserver") job["dialect"].expected("\"alphafoldserver\"");
  if (job["version"].json() != 1) job["version"].expected("1");
}

std::uint32_t random_seed() { return std::random_device{}(); }

}  // namespace

Job read_listed_job(const Field& field, const JobFile& file) {
  const bool protenix = is_protenix(field);
  Reader reader{file, protenix};
  Job& job = reader.job;
  if (!field.object_of(
          with({"name", "modelSeeds", "sequences", "dialect", "version"}, protenix, {"covalent_bonds", "constraint"})))
    return job;
  check_server(field);
  job.name = read_name(field["name"], job.notes);
  if (!field["modelSeeds"].is_null() && !(field["modelSeeds"].is(Kind::array) && field["modelSeeds"].json().empty()))
    job.seeds = read_seeds(field["modelSeeds"], job.notes);
  else
    job.notes.push_back(fmt::format("no seed is given: {} is drawn", job.seeds.emplace_back(random_seed())));
  if (protenix) reader.taken = given_ids(field["sequences"].json());
  for (const Field& element : field["sequences"].elements("molecules")) reader.read_entity(element);
  check_ids(field["sequences"], job);
  if (field["sequences"].is(Kind::array) && job.chains.empty()) field["sequences"].expected("at least one molecule");
  for (const Field& bond : field["covalent_bonds"].elements("bonds", false)) reader.read_bond(bond);
  if (field.has("constraint"))
    job.notes.emplace_back("constraints of Protenix have no counterpart in AlphaFold 3 and are not used");
  note_bonds(job);
  return job;
}

}  // namespace groel::folding
