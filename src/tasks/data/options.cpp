// The table of options of groel data.
#include "tasks/data/options.h"

namespace groel::tasks {
namespace {

void declare_split(DataOptions& o, OptionBinder& to) {
  to.group("Split");
  to.verbs({"split", "split-pairs"});
  to(o.test_size, {.name = "test-size",
                   .help = "Rows of test.csv: below 1 a part of all, rounded up; else so many (of split-pairs a part, "
                           "0.2)",
                   .otherwise = 0.25,
                   .value_name = "X"});
  to(o.val_size,
     {.name = "val-size", .help = "Also val.csv, in the same unit (of split-pairs 0.1)", .value_name = "X"});
  to.verbs({"split", "pairs", "split-pairs"});
  to(o.random_state, {.name = "random-state",
                      .help = "Seed, as scikit-learn's",
                      .otherwise = 42,
                      .value_name = "N",
                      .aliases = {"seed"}});
  to.verbs({"split"});
  to(o.stratify, {.name = "stratify", .help = "Column whose values keep their proportions", .value_name = "COLUMN"});
  to(o.folds, {.name = "folds",
               .help = "Instead of one split K of them, fold1 to foldK, as scikit-learn's KFold (with --stratify "
                       "StratifiedKFold) gives them",
               .otherwise = 0,
               .value_name = "K"});
  to(o.shuffle, {.name = "shuffle", .help = "Shuffle rows before they are cut into folds, by --random-state"});
  to(o.by_cluster,
     {.name = "by-cluster",
      .help = "Keep similar sequences on one side: whole clusters, made by MMseqs2 (the program mmseqs)"});
  to(o.clusters, {.name = "clusters",
                  .help = "The same with clusters from a file: representative and member, two ids a line, as MMseqs2 "
                          "writes them",
                  .value_name = "FILE"});
  to.verbs({"split", "dedupe"});
  to(o.identity,
     {.name = "identity",
      .help = "Sequences this identical are similar (split --by-cluster: 0.3); dedupe leaves out all but one "
              "of them, found by MMseqs2",
      .value_name = "X"});
  to.verbs({"split"});
  to(o.by_column, {.name = "by-column",
                   .help = "Column that says where a row belongs; without --test-values one file for each value",
                   .value_name = "COLUMN"});
  to(o.test_values, {.name = "test-values", .help = "Its values that are for testing", .value_name = "VALUES"});
  to(o.val_values, {.name = "val-values", .help = "Its values that are for validation", .value_name = "VALUES"});
  to(o.index_files,
     {.name = "index-files",
      .help = "Published splits: each file lists row numbers from 0, or with --id-column ids, one a line; "
              "its rows are written under its name",
      .value_name = "FILES"});
}

void declare_rows(DataOptions& o, OptionBinder& to) {
  to.group("Rows");
  to.verbs({"filter", "labels"});
  to(o.where,
     {.name = "where",
      .help = "Rows alone whose COLUMN=VALUE (VALUE|VALUE: any of them; !=: none of them; of numbers <=, <, >=, >)",
      .value_name = "CONDITIONS"});
  to.verbs({"filter"});
  to(o.min_length, {.name = "min-length", .help = "Residues at least", .value_name = "N"});
  to(o.max_length, {.name = "max-length", .help = "Residues at most", .value_name = "N"});
  to(o.count_column,
     {.name = "count-column", .help = "Column of which --min-count counts the values", .value_name = "COLUMN"});
  to.verbs({"filter", "labels"});
  to(o.min_count, {.name = "min-count",
                   .help = "Values (filter) or labels (labels) that fewer rows have are left out",
                   .otherwise = 0,
                   .value_name = "N"});
  to.verbs({"labels", "propagate"});
  to(o.term_column,
     {.name = "term-column", .help = "Column of the labels (default: term or label)", .value_name = "NAME"});
  to.verbs({"labels"});
  to(o.stop_list, {.name = "stop-list", .help = "Labels that are left out", .value_name = "LABELS"});
  to(o.form, {.name = "form",
              .help = "matrix: a column of 0 and 1 for each label; lists: one column, labels joined by ;",
              .otherwise = "matrix",
              .choices = {"matrix", "lists"}});
  to(o.max_part, {.name = "max-part",
                  .help = "Labels that more than this part of the proteins have are left out as too general",
                  .otherwise = 1,
                  .value_name = "X"});
  to.verbs({"dedupe"});
  to(o.key,
     {.name = "key", .help = "Column whose values must differ (default: the sequences)", .value_name = "COLUMN"});
  to(o.against, {.name = "against",
                 .help = "Files of another split: rows that have a value of theirs are left out, too",
                 .value_name = "FILES"});
  to.verbs({"join"});
  to(o.keep, {.name = "keep",
              .help = "Rows of the first table: those with a partner, or all",
              .otherwise = "matched",
              .choices = {"matched", "all"}});
}

void declare_made(DataOptions& o, OptionBinder& to) {
  to.group("Columns");
  to.verbs({"merge"});
  to(o.labels, {.name = "labels",
                .help = "A label for each file, which its rows get in the column --label-column (default: label)",
                .value_name = "NAMES"});
  to.verbs({"filter", "join"});
  to(o.rename, {.name = "rename", .help = "Columns under other names: OLD=NEW,OLD=NEW", .value_name = "NAMES"});
  to.verbs({"variants"});
  to(o.mutation_column, {.name = "mutation-column",
                         .help = "Column of the variants (default: mutant, mutation, variant, hgvs, ...)",
                         .value_name = "NAME"});
  to(o.offset, {.name = "offset",
                .help = "Taken from the positions as written, which then count from 1",
                .otherwise = 0,
                .value_name = "N"});
  to(o.prefix,
     {.name = "prefix", .help = "Letters before each mutation that are none of it: S of SA108D", .value_name = "TEXT"});
  to.verbs({});
}

void declare_pairs(DataOptions& o, OptionBinder& to) {
  to.group("Pairs");
  to.verbs({"pairs", "split-pairs"});
  to(o.pair_columns, {.name = "pair-columns",
                      .help = "The two columns of ids (default: id1,id2, protein1,protein2, …)",
                      .value_name = "NAMES"});
  to.verbs({"pairs"});
  to(o.sequences,
     {.name = "sequences",
      .help = "Sequences of the proteins (FASTA, table, or lines of id, tab, sequence): pairs of others are left out",
      .value_name = "FILES"});
  to(o.min_score, {.name = "min-score", .help = "Least score of STRING's links", .otherwise = 0, .value_name = "N"});
  to(o.species, {.name = "species",
                 .help = "Pairs within these alone: the part of ids before the dot (9606)",
                 .value_name = "NAMES"});
  to(o.species_cap, {.name = "species-cap",
                     .help = "Pairs of a species at most, drawn by --random-state, so that none rules",
                     .value_name = "N"});
  to(o.negatives, {.name = "negatives",
                   .help = "Of a table of pairs that interact: pairs not among them to add for each, drawn by "
                           "--random-state; D-SCRIPT has 10",
                   .value_name = "X"});
  to(o.in_memory,
     {.name = "in-memory",
      .help = "STRING's links, too, as all other files: pairs in any order, in memory that grows with them"});
  to.verbs({"split-pairs"});
  to(o.how, {.name = "how",
             .help = "What is held out: any pairs, or a part of the network, grown breadth first or depth first",
             .otherwise = "bfs",
             .choices = {"random", "bfs", "dfs"}});
  to.verbs({});
}

void declare_ontology(DataOptions& o, OptionBinder& to) {
  o.ontology.declare(to, {.ontology = {"labels", "propagate"},
                          .relations = {"labels", "propagate", "terms"},
                          .aspect = {"labels", "propagate"}});
  to.group("Ontology");
  to.verbs({"labels", "terms"});
  to(o.slim,
     {.name = "slim",
      .help = "A few general terms that stand for all: a subset of the ontology (goslim_generic) or the OBO file "
              "of a slim. Each label becomes its nearest terms of these",
      .value_name = "NAME"});
  to.verbs({"labels", "propagate"});
  to(o.no_root, {.name = "no-root", .help = "Leave out the terms that have no ancestor: every protein has them"});
  to.verbs({});
  to.group("");
}

}  // namespace

std::vector<std::string> DataOptions::files(std::size_t least, std::size_t most) const {
  const std::vector<std::string> named(input.begin() + 1, input.end());
  if (named.size() < least || named.size() > most)
    throw Error(ErrorKind::usage, {least == most ? fmt::format("name {}", counted(least, "file"))
                                                 : fmt::format("name at least {}", counted(least, "file")),
                                   {},
                                   fmt::format("groel data {} FILE …", input[0])});
  return named;
}

std::vector<std::string> DataOptions::label_columns() const {
  std::vector<std::string> out;
  for (std::size_t at = 0; !label_column.empty() && at <= label_column.size();) {
    const std::size_t end = std::min(label_column.find(',', at), label_column.size());
    out.push_back(label_column.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

void DataOptions::declare(OptionBinder& to) {
  to(input, {.name = "input",
             .type = OptionType::paths,
             .help = "split, describe, labels, propagate, terms, filter, dedupe, join, merge, variants, pairs or "
                     "split-pairs, and files (of cache none): CSV, TSV, FASTA (also .gz, .zst, .zip)",
             .value_name = "FILES",
             .required = true});
  declare_split(*this, to);
  declare_rows(*this, to);
  declare_pairs(*this, to);
  declare_ontology(*this, to);
  declare_made(*this, to);
  to.group("Columns");
  to.verbs({"split", "labels", "join", "describe", "propagate"});
  to(id_column,
     {.name = "id-column", .help = "Column of the ids (default: id, EntryID, accession, …)", .value_name = "NAME"});
  to.verbs({"split", "filter", "dedupe", "describe", "merge"});
  to(sequence_column,
     {.name = "sequence-column", .help = "Column of the sequences (default: sequence, seq, …)", .value_name = "NAME"});
  to.verbs({"describe", "dedupe", "merge", "pairs", "split-pairs"});
  to(label_column, {.name = "label-column",
                    .help = "Column of the labels: how many rows each has, whether equal rows disagree, where "
                            "merge writes them, or (several, too) what is said of pairs",
                    .value_name = "NAME"});
  to.verbs({"split", "labels", "filter", "dedupe", "join", "merge", "variants", "propagate", "pairs", "split-pairs"});
  to(output,
     {.name = "output",
      .letter = 'o',
      .help = "split, split-pairs: folder of the parts. All others: file of the result; \"-\" or none: standard output",
      .value_name = "PATH",
      .writes = Writes::folder,  // or a file: TextOutput looks at its name
      .group = kOutput,
      .aliases = {"out"}});
  to.verbs({"split", "labels", "filter", "dedupe", "join", "merge", "variants", "propagate", "describe", "pairs",
            "split-pairs"});
  to(overwrite, overwrite_option());
  to.verbs({"describe"});
  to(picture, {.name = "picture",
               .help = "Folder for pictures: lengths, classes, labels per row (SVG, and their numbers as CSV)",
               .value_name = "DIR",
               .writes = Writes::folder,
               .group = kOutput});
  to.verbs({"cache"});
  to(empty, {.name = "empty", .help = "Remove all vectors that are kept"});
  to.verbs({"split", "describe", "terms", "cache", "pairs", "split-pairs"});
  to(json, json_option());
  to.verbs({});
  to.group("");
}

const std::vector<Verb>& data_verbs() {
  static const std::vector<Verb> verbs{
      {"split", "Divide a table into training, validation and test rows, as scikit-learn does"},
      {"describe", "Count rows, missing values, lengths, classes and labels per protein"},
      {"labels", "Turn a long list of id and label into a matrix of 0 and 1"},
      {"propagate", "Carry terms or predictions of an ontology up to their ancestors"},
      {"terms", "Show terms of an ontology: names, aspects, parents, ancestors"},
      {"filter", "Keep rows by the values of a column, by length, or by how common a value is"},
      {"dedupe", "Leave out rows whose sequence occurred before, or occurs in another split"},
      {"join", "Put sequences or columns of further files beside a table's rows, by id"},
      {"merge", "Put the rows of several files in one table, with a label for each file"},
      {"variants", "Write the sequences of a protein's variants, and how many mutations each has"},
      {"pairs", "Turn tables of interactions (STRING's, D-SCRIPT's, any with two ids) into one table of pairs"},
      {"split-pairs", "Divide pairs at random, or by growing the test part through the network"},
      {"cache", "Show the vectors that training keeps on disk for later runs, or remove them"}};
  return verbs;
}

}  // namespace groel::tasks
