// Predicts pairs, a piece of the table at a time.
#include "tasks/pairs/predict.h"

#include "engine/precision.h"
#include "formats/cell.h"
#include "interactions/pair_file.h"
#include "interactions/sequences.h"
#include "predictors/pair_predictor.h"
#include "tasks/data/text_output.h"
#include "tasks/pairs/material.h"

namespace groel::tasks {
namespace {

constexpr std::size_t kPiece = 16'384;  // rows

void check(const PredictOptions& options) {
  const auto refuse = [](bool given, const char* option) {
    if (given) throw Error(ErrorKind::usage, {"it has no meaning for pairs", option, "leave it away"});
  };
  refuse(options.top > 0, "--top");
  refuse(options.residues.given, "--residues");
  refuse(!options.names.empty(), "--names");
  refuse(options.resume, "--resume");
  refuse(options.json, "--json");
  if (options.pairs.sequences.empty())
    throw Error(ErrorKind::usage, {"this predictor is of pairs: where are the sequences of their proteins?",
                                   "--sequences", "groel predict PAIRS --sequences FASTA -m MODEL"});
  for (const std::string& path : options.input)
    if (path == "-") throw Error(ErrorKind::usage, {"pairs are read twice", "stdin", "name a file"});
}

class PairPrediction {
 public:
  PairPrediction(const PredictOptions& options, Context& context)
      : options_(options),
        sink_(context.sink),
        predictor_(options.model.value, engine::parse_precision(options.dtype)),
        sequences_(options.pairs.sequences),
        output_(OutputOptions{options.output, {}, options.overwrite}, context.out) {
    const std::string extension =
        options.format.empty() && options.output ? without_compression(*options.output).extension().string() : "";
    delimiter_ = options.format == "tsv" || extension == ".tsv" ? '\t' : ',';
    json_lines_ = options.format == "jsonl" || extension == ".jsonl";
    for (const std::string& note : sequences_.notes()) sink_.warning(note);
    thresholds_.assign(predictor_.labels().size(), options.threshold.value_or(0.5));
  }

  int run() {
    find_proteins();
    embed();
    if (!json_lines_) add_header();
    for (const std::string& path : options_.input) {
      interactions::PairFile file(path, {options_.pairs.pair_columns, {}, false});
      interactions::PairRow row;
      while (file.next(row)) {
        rows_.push_back({std::string(row.first), std::string(row.second)});
        if (rows_.size() == kPiece) write_piece();
      }
    }
    write_piece();
    output_.finish();
    sink_.note(fmt::format("{}{}", counted(count_, "pair"),
                           failed_ > 0 ? fmt::format(", {} of them without a prediction", failed_) : ""));
    return failed_ > 0 ? 1 : 0;
  }

 private:
  struct Row {
    std::string first, second;
  };

  void find_proteins() {
    for (const std::string& path : options_.input) {
      interactions::PairFile file(path, {options_.pairs.pair_columns, {}, false});
      interactions::PairRow row;
      while (file.next(row))
        for (const std::string_view id : {row.first, row.second})
          if (sequences_.has(id)) known_.place_of(id);
    }
  }

  void embed() {
    pairs_.table.proteins = known_.texts();
    for (const std::string& id : known_.texts()) pairs_.sequences.push_back(sequences_.of(id));
    if (pairs_.sequences.empty()) return;
    const checkpoints::Trunk& trunk = *predictor_.card().trunk;
    const auto source = protein_vectors(pairs_, {predictor_.loaded(), trunk.model, bio::Output::mean, trunk.layer},
                                        predictor_.card().max_residues, {.what = "proteins"}, sink_);
    Tensor vectors = Tensor::empty({source->sequences(), source->width()});
    for (std::int64_t i = 0; i < source->sequences(); ++i)
      source->read(i, vectors.mutable_data<float>() + i * source->width());
    encoded_ = predictor_.network().proteins({vectors});
  }

  void add_header() {
    std::string text = std::string("id1") + delimiter_ + "id2" + delimiter_ + (binary() ? "pred_label" : "pred_labels");
    for (const std::string& label : predictor_.labels())
      text += delimiter_ + (binary() ? std::string("probability") : formats::cell_text(label, delimiter_));
    output_.add(text + delimiter_ + "error\n");
  }

  bool binary() const { return predictor_.labels().size() == 1; }

  void write_piece() {
    std::vector<std::int32_t> first, second;
    std::vector<bool> good;
    for (const Row& row : rows_) {
      const std::uint32_t p = known_.find(row.first), q = known_.find(row.second);
      good.push_back(p != interactions::Numbering::kMissing && q != interactions::Numbering::kMissing);
      if (!good.back()) continue;
      first.push_back(static_cast<std::int32_t>(p));
      second.push_back(static_cast<std::int32_t>(q));
    }
    const auto count = static_cast<std::int64_t>(first.size());
    const std::vector<double> probabilities =
        count == 0 ? std::vector<double>() : train::pair_probabilities(predictor_.network(), encoded_, first, second);
    std::string text;
    std::size_t at = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (json_lines_) {
        const auto its =
            std::span(probabilities).subspan(good[i] ? at++ * thresholds_.size() : 0, good[i] ? thresholds_.size() : 0);
        text += json_line(rows_[i], its);
        continue;
      }
      text += formats::cell_text(rows_[i].first, delimiter_) + delimiter_ +
              formats::cell_text(rows_[i].second, delimiter_) + delimiter_;
      text += good[i] ? predicted(std::span(probabilities).subspan(at++ * thresholds_.size(), thresholds_.size()))
                      : missing(rows_[i]);
    }
    output_.add(text);
    count_ += static_cast<std::int64_t>(rows_.size());
    rows_.clear();
  }

  std::string predicted(std::span<const double> probabilities) const {
    std::string labels, numbers;
    for (std::size_t label = 0; label < probabilities.size(); ++label) {
      const bool yes = probabilities[label] >= thresholds_[label];
      if (binary())
        labels = yes ? "1" : "0";
      else if (yes)
        (labels += labels.empty() ? "" : ";") += predictor_.labels()[label];
      fmt::format_to(std::back_inserter(numbers), "{}{:.4f}", delimiter_, probabilities[label]);
    }
    return formats::cell_text(labels, delimiter_) + numbers + delimiter_ + '\n';
  }

  // Without probabilities: of a pair that cannot be predicted.
  std::string json_line(const Row& row, std::span<const double> probabilities) {
    nlohmann::ordered_json line{{"id1", row.first}, {"id2", row.second}};
    if (probabilities.empty()) {
      line["error"] = count_missing(row);
    } else if (binary()) {
      line["pred_label"] = probabilities[0] >= thresholds_[0] ? 1 : 0;
      line["probability"] = probabilities[0];
    } else {
      line["pred_labels"] = nlohmann::ordered_json::array();
      for (std::size_t label = 0; label < probabilities.size(); ++label) {
        if (probabilities[label] >= thresholds_[label]) line["pred_labels"].push_back(predictor_.labels()[label]);
        line["probabilities"][predictor_.labels()[label]] = probabilities[label];
      }
    }
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  }

  std::string missing(const Row& row) {
    const std::string error = count_missing(row);
    return std::string(thresholds_.size(), delimiter_) + delimiter_ + formats::cell_text(error, delimiter_) + '\n';
  }

  // Why there is no prediction; said of the first ones.
  std::string count_missing(const Row& row) {
    constexpr std::int64_t kShown = 10;
    const std::string& id = known_.find(row.first) == interactions::Numbering::kMissing ? row.first : row.second;
    std::string error = id.empty() ? "an id is missing" : "there is no sequence of " + id;
    if (++failed_ <= kShown) sink_.warning(fmt::format("{}, {}: {}", row.first, row.second, error));
    if (failed_ == kShown + 1)
      sink_.warning("further pairs without a prediction are only counted; the output names each");
    return error;
  }

  const PredictOptions& options_;
  Sink& sink_;
  predictors::PairPredictor predictor_;
  interactions::ProteinSequences sequences_;
  TextOutput output_;
  char delimiter_ = ',';
  bool json_lines_ = false;
  std::vector<double> thresholds_;
  interactions::Numbering known_;
  PairsOfRun pairs_;
  Tensor encoded_;
  std::vector<Row> rows_;
  std::int64_t count_ = 0, failed_ = 0;
};

}  // namespace

int predict_pairs(const PredictOptions& options, Context& context) {
  check(options);
  return PairPrediction(options, context).run();
}

}  // namespace groel::tasks
