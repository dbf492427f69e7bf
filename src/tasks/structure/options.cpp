// The table of options of groel structure.
#include "tasks/structure/options.h"

namespace groel::tasks {

const std::vector<Verb>& structure_verbs() {
  static const std::vector<Verb> verbs{
      {"show", "A page to look at: the structure in three dimensions, its confidence, aligned errors and contacts"},
      {"compare", "How alike two structures are: RMSD, TM-score, GDT and lDDT, by chain and together"},
      {"info", "Chains, residues, what is missing, and the mean B factor or confidence"},
      {"sasa", "How much of each residue water can reach, in the structure and of its chain alone"},
      {"ss", "Secondary structure of each residue by the rules of DSSP, in eight letters and in three"},
      {"convert", "From mmCIF to PDB and back, with ligands and water"},
      {"confidences", "Whether the scores of a folder of predictions follow from their models and PAE"}};
  return verbs;
}

void StructureOptions::declare(OptionBinder& to) {
  to(input,
     {.name = "input",
      .type = OptionType::paths,
      .help = "show FILE or FOLDER (an output of AlphaFold 3), compare MODEL REFERENCE, info FILES, sasa FILE, "
              "ss FILE, or convert FILE: mmCIF or PDB (also .gz, .zst); confidences FOLDER of AlphaFold 3's output",
      .value_name = "WHAT",
      .required = true});
  to(output, {.name = "output",
              .letter = 'o',
              .help = "File to write: show .html; convert .pdb or .cif; compare, sasa and ss a table of residues "
                      "(.csv, .json), confidences one of values; info .json",
              .value_name = "FILE",
              .writes = Writes::file,
              .extensions = {".html", ".pdb", ".cif", ".csv", ".json"},
              .aliases = {"out"}});
  to.verbs({"show"});
  to(pae,
     {.name = "pae",
      .help = "Predicted aligned errors of the model: JSON of AlphaFold DB, AlphaFold 3, ColabFold or ESM (default: "
              "the file that belongs to it by its name)",
      .value_name = "FILE"});
  to(plddt, {.name = "plddt", .help = "B factors are pLDDT, though the file does not say so"});
  to(samples, {.name = "samples",
               .help = "Samples of a folder that go onto the page, the best by their ranking scores",
               .otherwise = 5,
               .value_name = "N"});
  to.verbs({"compare", "sasa", "ss"});
  to(chain,
     {.name = "chain",
      .help = "Chains to look at (default: all); of compare pairs of them, as A:B: chain A of the model, B of the "
              "reference",
      .value_name = "NAMES"});
  to.verbs({"compare"});
  to(by,
     {.name = "by",
      .help = "Which residues of two chains belong together: by an alignment of their sequences, or by their numbers",
      .otherwise = "sequence",
      .choices = {"sequence", "number"}});
  to(superposed, {.name = "superposed",
                  .help = "The model as it lies on the reference (.pdb or .cif)",
                  .value_name = "FILE",
                  .writes = Writes::file,
                  .extensions = {".pdb", ".cif"}});
  to.verbs({});
  to(overwrite, overwrite_option());
  to(threads, threads_option());
  to(json, json_option());
}

}  // namespace groel::tasks
