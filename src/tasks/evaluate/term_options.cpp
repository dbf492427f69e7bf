// The table of options of groel evaluate terms.
#include "tasks/evaluate/options.h"

namespace groel::tasks {

void TermOptions::declare(OptionBinder& to) {
  const std::vector<std::string> terms{"terms"};
  to.group("Terms");
  to.verbs(terms);
  to(truth, {.name = "truth",
             .help = "True terms: protein and term, one a line (as CAFA's files, or a table with a header)",
             .value_name = "FILES"});
  to(information, {.name = "information",
                   .help = "Information content: lines of term and bits (IA.txt), or a list of annotations that it is "
                           "computed from (default: the true terms)",
                   .value_name = "FILE"});
  to(with_root, {.name = "with-root", .help = "Count the terms without ancestors, which every protein has, too"});
  to(min_count, {.name = "min-count",
                 .help = "Terms alone in the list of terms that so many proteins have",
                 .otherwise = 1,
                 .value_name = "N"});
  ontology.declare(to, {.ontology = terms, .relations = terms, .aspect = terms});
  OptionSpec table = table_option("Every term with its measures, as CSV, TSV or JSON (also .gz, .zst)");
  table.group = kOutput;
  table.verbs = terms;
  to(output, table);
  OptionSpec replace = overwrite_option();
  replace.verbs = {"classify", "residues", "terms"};
  to(overwrite, replace);
  to.verbs({});
  to.group("");
}

}  // namespace groel::tasks
