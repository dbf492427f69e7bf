// Writes report.html, report.json, predictions.csv and a picture with its numbers for each figure.
#include "tasks/judge/report.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "base/text_file.h"
#include "base/words.h"
#include "report/document.h"
#include "report/picture.h"
#include "report/table.h"
#include "tasks/evaluate/judged.h"
#include "tasks/judge/figures.h"
#include "tasks/judge/headline.h"
#include "tasks/judge/per_protein.h"
#include "tasks/reading/csv_text.h"
#include "tasks/train/curves.h"

namespace groel::tasks {
namespace {

using models::Problem;
using report::Document;
using report::TextTable;

constexpr std::size_t kErrors = 12, kSamples = 5, kMostClasses = 60;

std::string three(double value) { return std::isnan(value) ? "-" : fmt::format("{:.3f}", value); }

TextTable score_table(const Judgement& of) {
  const std::vector<std::string> names = headline_names(of.predictor.predictions[0].kind);
  TextTable out;
  out.columns.emplace_back("");
  for (const std::string& name : names) out.columns.push_back(plain_score_name(name));
  std::vector<const Judged*> all{&of.predictor};
  for (const Judged& baseline : of.baselines) all.push_back(&baseline);
  for (const Judged* one : all) {
    std::vector<std::string> row{one->words + (one->note.empty() ? "" : " (" + one->note + ")")};
    for (const std::string& name : names) {
      std::string cell = three(one->scores.at(name));
      if (const auto found = one->intervals.find(name); found != one->intervals.end())
        cell += fmt::format(" [{}, {}]", three(found->second.low), three(found->second.high));
      row.push_back(std::move(cell));
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

// Of several labels: means over the proteins.
TextTable protein_table(const Judgement& of) {
  TextTable out;
  out.columns.emplace_back("");
  for (const std::string& name : protein_score_names()) out.columns.push_back(plain_score_name(name));
  const auto add = [&](const Judged& one) {
    const auto scores = protein_scores(one.predictions[0]);
    std::vector<std::string> row{one.words};
    for (const std::string& name : protein_score_names()) row.push_back(three(scores.at(name)));
    out.rows.push_back(std::move(row));
  };
  add(of.predictor);
  for (const Judged& baseline : of.baselines) add(baseline);
  return out;
}

TextTable class_table_of(const Judgement& of) {
  TextTable out{{"class", "training examples", "judged", "precision", "recall", "F1", "AUROC", "average precision"},
                {}};
  const auto rows = class_rows(of.predictor.predictions[0]);
  for (std::size_t c = 0; c < rows.size(); ++c) {
    const auto& row = rows[c];
    const auto cell = [&](const char* name) {
      return row.contains(name) && row[name].is_number() ? three(row[name].get<double>()) : std::string("-");
    };
    out.rows.push_back({of.called(row["class"].get<std::string>()),
                        c < of.learned_counts.size() ? std::to_string(of.learned_counts[c]) : "-",
                        std::to_string(row["support"].get<std::int64_t>()), cell("precision"), cell("recall"),
                        cell("f1"), cell("roc_auc"), cell("average_precision")});
  }
  return out;
}

// What was true and what was said of one row, in words.
struct Told {
  std::string truth, said;
  double probability = 0;  // of what was said
  double surprise = 0;     // how wrong: the most confident errors first
};

std::string labels_in(const TablePredictions& p, const std::vector<std::int64_t>& of, std::size_t row) {
  std::string out;
  for (std::size_t c = 0; c < p.classes.size(); ++c)
    if (of[row * p.classes.size() + c] == 1) out += (out.empty() ? "" : "; ") + p.classes[c];
  return out.empty() ? "none" : out;
}

Told told_of(const Judgement& of, std::size_t row) {
  const TablePredictions& p = of.predictor.predictions[0];
  Told out;
  switch (p.kind) {
    case PredictionKind::regression:
      out.truth = number_text(p.numbers[row]);
      out.said = three(p.predicted_numbers[row]);
      out.surprise = std::abs(p.numbers[row] - p.predicted_numbers[row]);
      return out;
    case PredictionKind::multilabel: {
      out.truth = labels_in(p, p.truth, row);
      out.said = labels_in(p, p.predicted, row);
      const std::size_t labels = p.classes.size();
      for (std::size_t c = 0; c < labels; ++c) {
        const double wrong =
            std::abs(static_cast<double>(p.truth[row * labels + c]) - p.probabilities[row * labels + c]);
        if (wrong > out.surprise) {
          out.surprise = wrong;
          out.probability = p.probabilities[row * labels + c];
        }
      }
      return out;
    }
    case PredictionKind::binary:
    case PredictionKind::multiclass: break;
  }
  out.truth = p.classes[static_cast<std::size_t>(p.truth[row])];
  out.said = p.classes[static_cast<std::size_t>(p.predicted[row])];
  if (p.kind == PredictionKind::binary) {
    const double of_positive = p.probabilities[row];
    out.probability = p.predicted[row] == 1 ? of_positive : 1 - of_positive;
  } else {
    out.probability = p.probabilities[row * p.columns() + static_cast<std::size_t>(p.predicted[row])];
  }
  out.surprise = p.truth[row] == p.predicted[row] ? 0 : out.probability;
  return out;
}

std::string place_of(const Judgement& of, std::size_t row) {
  const std::string& protein = of.set.names[of.set.protein_of[row]];
  return of.set.of_residues() ? fmt::format("{}, residue {}", protein, of.set.residue_of[row] + 1) : protein;
}

std::string beginning_of_sequence(const std::string& sequence) {
  constexpr std::size_t kShown = 40;
  return sequence.size() <= kShown ? sequence : sequence.substr(0, kShown) + "…";
}

TextTable rows_table(const Judgement& of, const std::vector<std::size_t>& rows) {
  const bool numbers = of.set.classes.problem == Problem::regression;
  TextTable out{{"protein", "sequence", "true", "predicted", numbers ? "off by" : "probability"}, {}};
  for (const std::size_t row : rows) {
    const Told told = told_of(of, row);
    out.rows.push_back({place_of(of, row), beginning_of_sequence(of.set.sequences[of.set.protein_of[row]]), told.truth,
                        told.said, three(numbers ? told.surprise : told.probability)});
  }
  return out;
}

std::vector<std::size_t> worst(const Judgement& of) {
  std::vector<std::pair<double, std::size_t>> wrong;
  for (std::size_t row = 0; row < of.predictor.predictions[0].rows; ++row)
    if (const double surprise = told_of(of, row).surprise; surprise > 0) wrong.emplace_back(-surprise, row);
  std::sort(wrong.begin(), wrong.end());
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < std::min(kErrors, wrong.size()); ++i) out.push_back(wrong[i].second);
  return out;
}

std::vector<std::size_t> drawn(const Judgement& of, std::uint64_t seed) {
  const auto rows = static_cast<std::uint32_t>(of.predictor.predictions[0].rows);
  const std::uint64_t key = derive_key(seed, 0x72706f72);
  std::vector<std::size_t> out;
  for (std::uint64_t at = 0; out.size() < std::min<std::size_t>(kSamples, rows); ++at) {
    const std::size_t row = index_below(philox(key, at)[0], rows);
    if (std::find(out.begin(), out.end(), row) == out.end()) out.push_back(row);
  }
  return out;
}

std::string predictions_csv(const Judgement& of) {
  std::string out;
  append_row(out, std::vector<std::string>{"protein", "true", "predicted",
                                           of.set.classes.problem == Problem::regression ? "off_by" : "probability"});
  for (std::size_t row = 0; row < of.predictor.predictions[0].rows; ++row) {
    const Told told = told_of(of, row);
    append_row(out, std::vector<std::string>{
                        place_of(of, row), told.truth, told.said,
                        number_text(of.set.classes.problem == Problem::regression ? told.surprise : told.probability)});
  }
  return out;
}

std::vector<NamedFigure> curves_of(const std::filesystem::path& run) {
  std::error_code none;
  std::vector<NamedFigure> out;
  if (!std::filesystem::exists(run / "metrics.jsonl", none)) return out;
  const std::vector<PlottedRun> runs{read_run(run)};
  out.push_back({"loss", "The loss on what it learned from, and on what was held out.", loss_figure(runs)});
  if (report::Figure scores = score_figure(runs); !scores.lines.empty())
    out.push_back({"scores", "Scores on the held-out proteins as it learned.", std::move(scores)});
  return out;
}

TextTable first_rows(TextTable table, std::size_t most) {
  if (table.rows.size() > most) table.rows.resize(most);
  return table;
}

class Writer {
 public:
  Writer(const Judgement& of, const ReportPlace& place) : of_(of), place_(place), page_(place.title) {
    std::filesystem::create_directories(place.folder);
  }

  void write() {
    page_.notice(of_.verdict(), of_.beats_all() ? Document::Tone::good : Document::Tone::warning);
    if (const std::string why = of_.why(); !why.empty()) page_.paragraph(why);
    for (const std::string& note : place_.notes) page_.paragraph(note);
    page_.heading("Scores");
    page_.paragraph(fmt::format("95 % intervals from {} resamples of the judged proteins.", of_.draws));
    page_.table(score_table(of_));
    if (of_.predictor.predictions[0].kind == PredictionKind::multilabel) {
      page_.heading("Per protein");
      page_.paragraph(
          "Each protein's labels by themselves, then the mean over the proteins; what one leaves undefined counts as "
          "0.");
      page_.table(protein_table(of_));
    }
    if (place_.run) add_figures("Learning curves", curves_of(*place_.run));
    add_figures("Pictures", figures_of(of_));
    if (of_.set.classes.problem != Problem::regression) add_classes();
    page_.heading(of_.set.classes.problem == Problem::regression ? "Largest errors" : "Most confident errors");
    add_rows(worst(of_));
    page_.heading("Looked at, drawn at random");
    add_rows(drawn(of_, place_.seed));
    write_text(place_.folder / "report.html", page_.html());
    write_text(place_.folder / "report.json",
               to_json(of_).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    write_text(place_.folder / "predictions.csv", predictions_csv(of_));
  }

 private:
  void add_figures(const std::string& heading, const std::vector<NamedFigure>& figures) {
    if (figures.empty()) return;
    page_.heading(heading);
    for (const NamedFigure& one : figures) {
      write_text(place_.folder / (one.name + ".csv"), report::to_csv(one.figure));
      page_.paragraph(one.about);
      if (!report::draws_pictures()) continue;
      write_text(place_.folder / (one.name + ".svg"), page_.figure(one.figure));
    }
  }

  void add_classes() {
    const TextTable all = class_table_of(of_);
    page_.heading("Classes");
    if (all.rows.size() > kMostClasses)
      page_.paragraph(fmt::format("The first {} of {}; classes_table.csv has all.", kMostClasses, all.rows.size()));
    page_.table(first_rows(all, kMostClasses));
    std::string csv;
    append_row(csv, all.columns);
    for (const auto& row : all.rows) append_row(csv, row);
    write_text(place_.folder / "classes_table.csv", csv);
  }

  void add_rows(const std::vector<std::size_t>& rows) {
    if (rows.empty())
      page_.paragraph("There are none.");
    else
      page_.table(rows_table(of_, rows));
  }

  const Judgement& of_;
  const ReportPlace& place_;
  Document page_;
};

}  // namespace

void write_report(const Judgement& judgement, const ReportPlace& place) { Writer(judgement, place).write(); }

}  // namespace groel::tasks
