// The table of options of groel project.
#include "tasks/project/options.h"

namespace groel::tasks {

void ProjectOptions::declare(OptionBinder& to) {
  to(input, {.name = "input",
             .type = OptionType::paths,
             .help = "File that `groel embed` wrote, or a table of numbers",
             .value_name = "FILE"});
  to(column, {.name = "column",
              .help = "Which vectors of the file, e.g. mean_6 (default: the mean of the last layer)",
              .value_name = "NAME",
              .group = kInput});
  to(method, {.name = "method",
              .help = "t-SNE keeps neighbours together; PCA is linear and keeps large distances",
              .otherwise = "tsne",
              .choices = {"tsne", "pca"}});
  to(metric, {.name = "metric",
              .help = "t-SNE: how near two vectors are",
              .otherwise = "euclidean",
              .choices = {"euclidean", "cosine"},
              .group = "t-SNE"});
  to(perplexity, {.name = "perplexity",
                  .help = "t-SNE: about how many neighbours count",
                  .otherwise = 30.0,
                  .value_name = "X",
                  .group = "t-SNE"});
  to(iterations,
     {.name = "iterations", .help = "t-SNE: steps of descent", .otherwise = 1000, .value_name = "N", .group = "t-SNE"});
  to(angle, {.name = "angle",
             .help = "t-SNE: how coarsely far points are taken together; 0: exactly",
             .otherwise = 0.5,
             .value_name = "X",
             .group = "t-SNE"});
  to(start, {.name = "start",
             .help = "t-SNE: where points begin",
             .otherwise = "pca",
             .choices = {"pca", "random"},
             .group = "t-SNE"});
  to(dimensions, {.name = "dimensions",
                  .help = "t-SNE, Euclidean: principal components to keep before; 0: the vectors as they are",
                  .otherwise = 50,
                  .value_name = "N",
                  .group = "t-SNE"});
  to(seed, {.name = "seed", .help = "Of a random start", .otherwise = 42, .value_name = "N", .group = "t-SNE"});
  to(table, {.name = "table", .help = "CSV or TSV with something known of each id", .value_name = "FILE"});
  to(id_column, {.name = "id-column",
                 .help = "Its column of ids (default: id, entry, accession, name or protein)",
                 .value_name = "NAME",
                 .group = kInput});
  to(colour_by,
     {.name = "colour-by",
      .help = "Its column to colour by, or one beside the vectors in their own table; or residue-class, for ids "
              "that are amino acids",
      .value_name = "NAME"});
  to(colour_as,
     {.name = "colour-as",
      .help = "Colours of the column: a scale for numbers, or groups; auto: a scale, unless there are a dozen "
              "whole numbers at most",
      .otherwise = "auto",
      .choices = {"auto", "scale", "groups"},
      .group = kOutput});
  to(output, table_option("File to write, .csv, .tsv or .json (default: CSV to stdout): id, x, y, group"));
  to(picture, picture_option("The map"));
  to(overwrite, {.name = "overwrite", .help = "Replace existing files", .group = kOutput});
  to(threads, threads_option());
  to(json, json_option());
}

}  // namespace groel::tasks
