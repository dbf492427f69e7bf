// Counts and draws what written proteins have in common with those that a model learned from.
#include "tasks/generate/judgement.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>
#include <span>

#include "analysis/sequence_neighbours.h"
#include "base/text_file.h"
#include "base/words.h"
#include "bio/descriptors.h"
#include "bio/residues.h"
#include "engine/precision.h"
#include "predictors/predictor.h"
#include "report/document.h"
#include "report/picture.h"
#include "tasks/reading/model.h"
#include "tasks/reading/written_out.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kCells = 20;  // of a histogram

// Shares of the 20 residues among all that are one of them.
std::vector<double> composition(const std::vector<std::string>& sequences) {
  std::vector<double> counts(bio::kResidues.size());
  double all = 0;
  for (const std::string& sequence : sequences)
    for (const char c : sequence)
      if (const std::size_t at = bio::kResidues.find(c); at != std::string_view::npos) ++counts[at], ++all;
  for (double& count : counts) count /= std::max(all, 1.0);
  return counts;
}

// Sum over residues of p log2(p / q), in bits: 0 where both are alike.
double divergence(const std::vector<double>& p, const std::vector<double>& q) {
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i)
    if (p[i] > 0) sum += p[i] * std::log2(p[i] / std::max(q[i], 1e-9));
  return sum;
}

struct Spread {
  double mean = 0, deviation = 0;
};
Spread mean_and_deviation(const std::vector<double>& values) {
  Spread out;
  for (const double value : values) out.mean += value / static_cast<double>(values.size());
  for (const double value : values)
    out.deviation += (value - out.mean) * (value - out.mean) / static_cast<double>(values.size());
  out.deviation = std::sqrt(out.deviation);
  return out;
}

// By descriptor, of all sequences.
std::vector<std::vector<double>> descriptor_columns(const std::vector<std::string>& sequences) {
  std::vector<std::vector<double>> columns(bio::kDescriptors);
  for (const std::string& sequence : sequences) {
    const auto values = bio::descriptors(sequence);
    for (std::size_t d = 0; d < values.size(); ++d) columns[d].push_back(values[d]);
  }
  return columns;
}

// Shares of values in kCells cells of [low, high].
std::vector<double> histogram(const std::vector<double>& values, double low, double high) {
  std::vector<double> out(kCells);
  for (const double value : values) {
    const double at = high > low ? (value - low) / (high - low) * static_cast<double>(kCells) : 0;
    ++out[static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(kCells) - 1))];
  }
  for (double& share : out) share /= static_cast<double>(values.size());
  return out;
}

ordered_json descriptors_of(const JudgementInput& input) {
  const auto written = descriptor_columns(input.written), known = descriptor_columns(input.known);
  ordered_json out = ordered_json::array();
  for (std::size_t d = 0; d < bio::kDescriptors; ++d) {
    const Spread a = mean_and_deviation(written[d]), b = mean_and_deviation(known[d]);
    const auto [low, high] = std::minmax_element(known[d].begin(), known[d].end());
    const auto [least, most] = std::minmax_element(written[d].begin(), written[d].end());
    const double from = std::min(*low, *least), to = std::max(*high, *most);
    out.push_back({{"name", bio::kDescriptorNames[d]},
                   {"written", {{"mean", a.mean}, {"deviation", a.deviation}}},
                   {"known", {{"mean", b.mean}, {"deviation", b.deviation}}},
                   {"range", {from, to}},
                   {"written_shares", histogram(written[d], from, to)},
                   {"known_shares", histogram(known[d], from, to)}});
  }
  return out;
}

ordered_json nearest_of(const JudgementInput& input) {
  const auto nearest = analysis::nearest_sequences(input.known, input.written, analysis::ToldNeighbours::any);
  std::vector<double> identities;
  std::int64_t copies = 0, close = 0, none = 0;
  const std::set<std::string> known(input.known.begin(), input.known.end());
  for (const std::string& sequence : input.written) copies += known.contains(sequence) ? 1 : 0;
  for (const auto& one : nearest) {
    identities.push_back(one ? one->identity : 0);
    none += one && one->near ? 0 : 1;
    close += one && one->identity >= 0.9 ? 1 : 0;
  }
  return {{"mean_identity", mean_and_deviation(identities).mean},
          {"copies", copies},
          {"at_least_90_percent", close},
          {"without_a_near_one", none},
          {"shares", histogram(identities, 0, 1)}};
}

// Of a predictor of one label per protein: how many of these have each.
std::vector<double> label_shares(const predictors::Predictor& predictor, const std::vector<std::string>& sequences,
                                 Sink& sink) {
  std::vector<bio::Encoded> proteins;
  for (const std::string& sequence : sequences)
    proteins.push_back(predictor.readable(predictor.model().tokenizer().encode(sequence)));
  std::vector<double> shares(predictor.classes().labels.size());
  for (const Tensor& outputs : predictors::head_outputs_of(predictor, proteins, sink)) {
    const auto values = outputs.values<float>();
    const auto best = static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
    ++shares[best];
  }
  for (double& share : shares) share /= static_cast<double>(sequences.size());
  return shares;
}

ordered_json labels_of(const JudgementInput& input, Sink& sink) {
  const predictors::Predictor predictor =
      predictors::open_predictor(find_model(input.predictor, sink), engine::parse_precision(input.dtype));
  const models::Classification& classes = predictor.classes();
  if (classes.problem != models::Problem::single_label || classes.label_of != models::LabelOf::sequence)
    throw Error(ErrorKind::usage, {"this predictor does not give each protein one label", "--judge-by",
                                   "one that `groel train classify` made of labels that exclude one another"});
  const auto written = label_shares(predictor, input.written, sink), known = label_shares(predictor, input.known, sink);
  ordered_json out = ordered_json::array();
  for (std::size_t i = 0; i < written.size(); ++i)
    out.push_back({{"label", classes.labels[i]}, {"written", written[i]}, {"known", known[i]}});
  return out;
}

// --- The page ---

report::Bars bars(const std::string& name, const ordered_json& values, std::size_t colour) {
  return {name, values.get<std::vector<double>>(), colour, {}, {}};
}

report::Figure shares_figure(const std::string& title, const std::string& x, const ordered_json& range,
                             const ordered_json& written, const ordered_json& known) {
  report::Figure figure;
  figure.title = title;
  figure.x.name = x;
  figure.y.name = "share";
  const double low = range[0], high = range[1];
  for (std::size_t i = 0; i < kCells; ++i)
    figure.x.categories.push_back(
        fmt::format("{:.4g}", low + (high - low) * (static_cast<double>(i) + 0.5) / static_cast<double>(kCells)));
  figure.bars.push_back(bars("written", written, report::kOrange));
  if (!known.is_null()) figure.bars.push_back(bars("learned from", known, report::kBlue));
  figure.height = 380;
  return figure;
}

report::Figure composition_figure(const ordered_json& found) {
  report::Figure figure;
  figure.title = "Residues";
  figure.x.name = "residue";
  figure.y.name = "share";
  for (const char residue : bio::kResidues) figure.x.categories.emplace_back(1, residue);
  figure.bars.push_back(bars("written", found["written"], report::kOrange));
  figure.bars.push_back(bars("learned from", found["known"], report::kBlue));
  figure.height = 380;
  return figure;
}

std::string spaced(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}
std::string four_digits(const ordered_json& value) { return fmt::format("{:.4g}", value.get<double>()); }
std::string percent(const ordered_json& value) { return fmt::format("{:.1f} %", 100 * value.get<double>()); }

void show_labels(const ordered_json& labels, report::Document& page) {
  page.heading("What a predictor calls them");
  report::TextTable table{{"label", "written", "learned from"}, {}};
  for (const ordered_json& one : labels)
    table.rows.push_back({one["label"].get<std::string>(), percent(one["written"]), percent(one["known"])});
  page.table(table);
}

std::string page_of(const ordered_json& found) {
  report::Document page("Proteins that were written");
  const ordered_json& nearest = found["nearest"];
  const auto copies = nearest["copies"].get<std::int64_t>();
  page.paragraph(fmt::format("{} that were written, beside {} that the model learned from.",
                             counted(found["proteins"].get<std::int64_t>(), "protein"),
                             counted(found["known_proteins"].get<std::int64_t>(), "protein")));
  if (copies > 0)
    page.notice(fmt::format("{} of one that was learned from.", counted(copies, "is a copy", "are copies")),
                report::Document::Tone::warning);
  page.heading("How near to what was learned");
  page.paragraph(fmt::format(
      "Identity with the nearest protein that was learned from, over the longer of the two: {} on average; {} at 90 % "
      "or more; {} no nearer to any than chance would have it.",
      percent(nearest["mean_identity"]), nearest["at_least_90_percent"].dump(), nearest["without_a_near_one"].dump()));
  page.figure(shares_figure("Nearest protein", "identity", {0.0, 1.0}, nearest["shares"], nullptr));
  page.heading("Composition");
  page.paragraph(fmt::format("Relative entropy: {:.4f} bits per residue; 0 where both are alike.",
                             found["composition"]["divergence"].get<double>()));
  page.figure(composition_figure(found["composition"]));
  page.heading("Descriptors");
  report::TextTable table{{"", "written", "±", "learned from", "±"}, {}};
  for (const ordered_json& one : found["descriptors"])
    table.rows.push_back({spaced(one["name"].get<std::string>()), four_digits(one["written"]["mean"]),
                          four_digits(one["written"]["deviation"]), four_digits(one["known"]["mean"]),
                          four_digits(one["known"]["deviation"])});
  page.table(table);
  for (const ordered_json& one : found["descriptors"])
    for (const char* shown : {"length", "charge", "hydrophobic_moment"})
      if (one["name"] == shown)
        page.figure(
            shares_figure(spaced(shown), spaced(shown), one["range"], one["written_shares"], one["known_shares"]));
  if (found.contains("labels")) show_labels(found["labels"], page);
  return page.html();
}

}  // namespace

ordered_json judge_written(const JudgementInput& input, Sink& sink) {
  const auto written = composition(input.written), known = composition(input.known);
  ordered_json out{
      {"proteins", input.written.size()},
      {"known_proteins", input.known.size()},
      {"nearest", nearest_of(input)},
      {"composition", {{"written", written}, {"known", known}, {"divergence", divergence(written, known)}}},
      {"descriptors", descriptors_of(input)}};
  if (!input.predictor.empty()) out["labels"] = labels_of(input, sink);
  return out;
}

void write_judgement(const ordered_json& found, const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw Error(ErrorKind::io, {"cannot make the folder: " + failed.message(), folder.string(), {}});
  if (report::draws_pictures()) write_text(folder / "report.html", page_of(found));
  write_text(folder / "report.json", found.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

void judge_files(const GenerateOptions& options, std::vector<std::string> written, Sink& sink) {
  JudgementInput input{std::move(written), {}, options.judge_by, options.dtype};
  for_each_input(options.judge, {}, [&](io::SequenceRecord& record) {
    std::string letters;
    for (const char c : record.sequence)
      if (std::isalpha(static_cast<unsigned char>(c)) != 0)
        letters += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (!letters.empty()) input.known.push_back(std::move(letters));
  });
  if (input.written.empty() || input.known.empty()) {
    sink.warning("there is nothing to compare: no report is written");
    return;
  }
  const std::filesystem::path folder = options.report.value_or("generated-report");
  write_judgement(judge_written(input, sink), folder);
  sink.note(fmt::format("compared with {}: {}", counted(input.known.size(), "sequence"),
                        (folder / (report::draws_pictures() ? "report.html" : "report.json")).string()));
}

}  // namespace groel::tasks
