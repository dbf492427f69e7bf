// groel structure: what one does with a structure file.
#include "base/error.h"
#include "tasks/reading/output_name.h"
#include "tasks/structure/options.h"

namespace groel::tasks {
namespace {

// What each verb writes: a table under the name of a structure would be read as one.
void check_format(const std::string& verb, const std::string& output) {
  if (output.empty()) return;
  const bool table = output.ends_with(".csv") || output.ends_with(".json");
  const bool page = output.ends_with(".html");
  const bool fits = verb == "convert" ? !table && !page
                    : verb == "info"  ? output.ends_with(".json")
                    : verb == "show"  ? page
                                      : table;
  if (!fits)
    throw Error(ErrorKind::usage, {fmt::format("{} writes no '{}'", verb, output), "--output",
                                   verb == "convert" ? "a name that ends in .pdb or .cif"
                                   : verb == "info"  ? "a name that ends in .json"
                                   : verb == "show"  ? "a name that ends in .html"
                                                     : "a name that ends in .csv or .json"});
}

int run(const StructureOptions& options, Context& context) {
  const std::string& verb = options.input.front();
  check_format(verb, options.output);
  for (const std::string& path : {options.output, options.superposed}) check_free(path, options.standing());
  if (verb == "compare") compare_structures(options, context);
  if (verb == "info") describe_structure(options, context);
  if (verb == "sasa") tell_solvent_area(options, context);
  if (verb == "show") show_structure(options, context);
  if (verb == "ss") tell_secondary_structure(options, context);
  if (verb == "convert") convert_structure(options, context);
  return verb == "confidences" ? check_summaries(options, context) : 0;
}

}  // namespace

Task structure_task() {
  return {
      .name = "structure",
      .summary = "Look at, compare, describe and convert structures of proteins",
      .description =
          "show makes a page of a structure file or an output folder of AlphaFold 3, which needs no network: the\n"
          "structure in three dimensions, its sequences, confidence, predicted aligned errors and contacts; a residue\n"
          "pointed at in one of them is marked in all. compare superposes a model on a reference and says how alike "
          "they\n"
          "are: RMSD over all residues that belong together, TM-score and GDT by the best superposition for each, "
          "lDDT\n"
          "without any. info lists chains and residues; ss tells helices and strands by DSSP's rules; sasa tells how "
          "much\n"
          "of each residue water reaches, in the structure and of its chain alone; convert goes from mmCIF to PDB and "
          "back;\n"
          "confidences recomputes the scores of AlphaFold 3's output from its models and matrices.",
      .examples = {{"groel structure show examples/1CRN.cif -o crambin.html", "a page to look at"},
                   {"groel structure ss examples/1CRN.cif", "helices and strands"},
                   {"groel structure info examples/1CRN.cif", "what is in a file"},
                   {"groel structure convert examples/1UBQ.pdb -o ubiquitin.cif", "a PDB file as mmCIF"},
                   {"groel structure compare examples/1UBQ.pdb examples/1UBQ.pdb",
                    "a structure with itself: 1 everywhere"},
                   {"groel structure sasa examples/1UBQ.pdb -o areas.csv", "which residues lie on the surface"}},
      .options = option_table<StructureOptions>(),
      .run = entry<StructureOptions, run>,
      .verbs = structure_verbs()};
}

}  // namespace groel::tasks
