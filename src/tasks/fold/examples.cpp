// groel fold --examples: one small job for each thing that a job can hold.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/text_file.h"
#include "tasks/fold/jobs.h"

namespace groel::tasks {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSequence = "MKTAYIAKQRQISFVKSHFSRQ";

Json alone(Json entity) {
  entity["unpairedMsa"] = "";
  entity["pairedMsa"] = "";
  entity["templates"] = Json::array();
  return {{"protein", entity}};
}

Json job(const char* name, const std::vector<Json>& molecules, std::vector<int> seeds = {1}) {
  return {{"dialect", "alphafold3"}, {"version", 4}, {"name", name}, {"modelSeeds", seeds}, {"sequences", molecules}};
}

std::vector<Json> example_jobs() {
  const Json protein = alone({{"id", "A"}, {"sequence", kSequence}});
  Json covalent = job("covalent_ligand", {alone({{"id", "A"}, {"sequence", "MKTAYIACQRQISF"}}),
                                          {{"ligand", {{"id", "L"}, {"ccdCodes", {"HEM"}}}}}});
  covalent["bondedAtomPairs"] = {{{"A", 8, "SG"}, {"L", 1, "CAB"}}};
  Json glycan = job("glycan", {alone({{"id", "A"}, {"sequence", "GANSTGK"}}),
                               {{"ligand", {{"id", "B"}, {"ccdCodes", {"NAG", "NAG"}}}}}});
  glycan["bondedAtomPairs"] = {{{"A", 3, "ND2"}, {"B", 1, "C1"}}, {{"B", 1, "O4"}, {"B", 2, "C1"}}};
  Json aligned = protein;
  aligned["protein"]["unpairedMsa"] = ">query\nMKTAYIAKQRQISFVKSHFSRQ\n>other\nMKSAYLAKQRQLSFVKAHFSRQ\n";
  return {job("two_seeds", {protein}, {1, 2}),
          job("homodimer", {alone({{"id", {"A", "B"}}, {"sequence", kSequence}})}),
          job("two_proteins", {protein, alone({{"id", "B"}, {"sequence", "MQIFVKTLTGKTITLEV"}})}),
          job("searched", {{{"protein", {{"id", "A"}, {"sequence", kSequence}}}}}),
          job("own_alignment", {aligned}),
          job("modified_residue", {alone({{"id", "A"},
                                          {"sequence", kSequence},
                                          {"modifications", {{{"ptmType", "SEP"}, {"ptmPosition", 13}}}}})}),
          job("rna", {{{"rna", {{"id", "R"}, {"sequence", "GGCUAUCGUAGCC"}, {"unpairedMsa", ""}}}}}),
          job("dna_double_strand",
              {{{"dna", {{"id", "C"}, {"sequence", "GATTACA"}}}}, {{"dna", {{"id", "D"}, {"sequence", "TGTAATC"}}}}}),
          job("ligand_and_ions", {protein,
                                  {{"ligand", {{"id", "L"}, {"ccdCodes", {"ATP"}}}}},
                                  {{"ligand", {{"id", {"M", "N"}}, {"ccdCodes", {"MG"}}}}}}),
          job("smiles", {protein, {{"ligand", {{"id", "L"}, {"smiles", "CC(=O)Oc1ccccc1C(=O)O"}}}}}),
          covalent,
          glycan};
}

}  // namespace

void list_fold_examples(const FoldOptions& options, Context& context) {
  for (const Json& one : example_jobs()) {
    if (options.output.empty()) {
      context.out << one.dump() << '\n';
      continue;
    }
    const std::filesystem::path file =
        std::filesystem::path(options.output) / (one["name"].get<std::string>() + ".json");
    std::filesystem::create_directories(file.parent_path());
    check_free(file, options.standing());
    write_text(file, one.dump(2) + "\n");
    context.sink.note(file.string());
  }
}

}  // namespace groel::tasks
