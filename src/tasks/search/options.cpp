// The table of options of groel search.
#include "tasks/search/options.h"

#include "tasks/search/graph.h"

namespace groel::tasks {

void SearchOptions::declare(OptionBinder& to) {
  OptionSpec file = table_option(
      "index: the file to make. query: .csv, .tsv or .json to write (default: text to stdout; -: CSV to stdout)");
  file.extensions.clear();  // they depend on the verb
  OptionSpec of_index = model_option();
  of_index.otherwise = nullptr;  // it has to be named
  of_index.setting.clear();
  of_index.help = "The model of --sequences, which is that of the index";
  to(input,
     {.name = "input",
      .type = OptionType::paths,
      .help = "`index EMBEDDINGS` makes an index of a file that `groel embed` wrote; `query INDEX` searches in one; "
              "`info INDEX` tells what is in one",
      .value_name = "WHAT FILE",
      .required = true});
  to.verbs({"index", "query"});
  to(output, file);
  to(overwrite, overwrite_option());
  to(column, {.name = "column",
              .help = "Column of the embeddings, as mean_6 (default: the only one, or the mean of the highest layer)",
              .value_name = "NAME",
              .group = kInput});
  to(exact, {.name = "exact",
             .help = "index: make no graph, so that all is searched. query: search all, graph or not",
             .group = "Search"});
  to.verbs({"index"});
  to(shard, {.name = "shard",
             .help = "Make part I of N alone, of every Nth part of the file's records, as -o names it with its number: "
                     "processes and machines share the work, and a query finds all parts by the name without",
             .value_name = "I/N",
             .group = "Large sets"});
  to(engine, {.name = "engine",
              .help = "hnsw: a graph, beside the vectors in memory. faiss: codes of some bytes each, for sets whose "
                      "vectors do not fit in memory",
              .otherwise = "hnsw",
              .choices = {"hnsw", "faiss"},
              .group = "Large sets"});
  to(lists, {.name = "lists",
             .help = "Lists of FAISS (0: four times the square root of the vectors)",
             .otherwise = 0,
             .value_name = "N",
             .group = "Large sets"});
  to(code_bytes, {.name = "code-bytes",
                  .help = "Bytes of a code; they divide the width (0: the most up to 64 that do)",
                  .otherwise = 0,
                  .value_name = "N",
                  .group = "Large sets"});
  to.verbs({"query"});
  to(probes, {.name = "probes",
              .help = "Lists of FAISS that a query looks at (default: as many as reached a recall of 0.95 when the "
                      "index was made)",
              .value_name = "N",
              .group = "Large sets"});
  to(sequences, {.name = "sequences", .help = "FASTA, CSV, … of proteins to look for, with -m", .value_name = "FILE"});
  to(model, of_index);
  to.verbs({"index", "query"});
  to(gaps, gaps_option());
  to.verbs({"query"});
  to(ids, {.name = "ids", .help = "Proteins of the index to look for; each leaves itself out", .value_name = "LIST"});
  to(embeddings,
     {.name = "embeddings", .help = "Embedding file of proteins to look for", .value_name = "FILE", .group = "Search"});
  to(neighbours, {.name = "neighbours", .letter = 'k', .help = "How many to find", .otherwise = 10, .value_name = "K"});
  to(ef, {.name = "ef",
          .help = "Candidates kept on the way through the graph; more find more, and take longer",
          .otherwise = kSearchEf,
          .value_name = "N",
          .group = "Search",
          .aliases = {"effort"}});
  to(annotations, {.name = "annotations",
                   .help = "CSV or TSV table of labels of the index's proteins, to carry over to the queries",
                   .value_name = "FILE",
                   .group = "Labels"});
  to(id_column, {.name = "id-column",
                 .help = "Its column of ids (default: id, name, accession, ...)",
                 .value_name = "NAME",
                 .group = "Labels"});
  to(label_column, {.name = "label-column",
                    .help = "Its column of labels (default: label, class, family, annotation)",
                    .value_name = "NAME",
                    .group = "Labels"});
  to(dtype, dtype_option());
  to.verbs({});
  to(threads, threads_option());
  to(json, json_option());
}

}  // namespace groel::tasks
