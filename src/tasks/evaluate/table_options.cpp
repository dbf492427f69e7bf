// The table of options of groel evaluate table.
#include "tasks/evaluate/options.h"

namespace groel::tasks {

void PredictionOptions::declare(OptionBinder& to) {
  to.group("Table");
  to.verbs({"table"});
  to(kind, {.name = "kind",
            .help = "What is predicted: one of two classes, one of several, several labels at once, or a number",
            .choices = {"binary", "multiclass", "multilabel", "regression"}});
  to(truth_column, {.name = "truth-column",
                    .help = "Column of the true labels or numbers; of several labels one column each (0 and 1), or one "
                            "whose cells list them (a;b)",
                    .value_name = "NAMES"});
  to(score_columns, {.name = "score-columns",
                     .help = "Columns of probabilities or scores: of the positive class, or one of each class or label",
                     .value_name = "NAMES"});
  to(score_kind, {.name = "score-kind",
                  .help = "What they are; auto: logits where any is outside 0 to 1",
                  .otherwise = "auto",
                  .choices = {"auto", "probability", "logit"}});
  to(positive,
     {.name = "positive", .help = "The positive class of two (default: 1, or as said)", .value_name = "NAME"});
  to(threshold,
     {.name = "threshold", .help = "Probability from which a label is predicted", .otherwise = 0.5, .value_name = "X"});
  to(tune_on, {.name = "tune-on",
               .help = "Table of other rows with the same columns, on which thresholds and temperature are chosen",
               .value_name = "FILE"});
  to(tune_for, {.name = "tune-for",
                .help = "What the thresholds are chosen for",
                .otherwise = "f1",
                .choices = {"f1", "mcc", "balanced_accuracy"}});
  to(bootstrap, {.name = "bootstrap",
                 .help = "Resamples for 95 % intervals of all scores (of terms: of Fmax and Smin); 0: none",
                 .otherwise = 0,
                 .value_name = "N",
                 .verbs = {"table", "terms"}});
  to(calibration, {.name = "calibration", .help = "Also reliability, expected calibration error and temperature"});
  to(bins, {.name = "bins", .help = "Of the reliability curve", .otherwise = 10, .value_name = "N"});
  to.verbs({});
  to.group("");
}

}  // namespace groel::tasks
