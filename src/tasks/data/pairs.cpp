// groel data pairs: tables of interactions in any form as one table of pairs.
#include <chrono>
#include <cmath>

#include "formats/cell.h"
#include "interactions/negatives.h"
#include "interactions/sequences.h"
#include "interactions/stream_links.h"
#include "tasks/data/row_text.h"
#include "tasks/data/text_output.h"
#include "tasks/data/verbs.h"
#include "tasks/pairs/rows.h"

namespace groel::tasks {
namespace {

using interactions::PairReading;
using interactions::PairTableForm;
using nlohmann::ordered_json;

constexpr std::size_t kPiece = std::size_t{1} << 20;

PairReading reading_of(const DataOptions& options, const interactions::ProteinSequences* sequences) {
  PairReading out;
  out.columns = {options.pair_columns, options.label_columns()};
  out.least_score = options.min_score;
  out.species = {options.species.begin(), options.species.end()};
  if (sequences != nullptr) out.known = [sequences](std::string_view id) { return sequences->has(id); };
  return out;
}

// Whether all files are STRING's links, which are written as they come.
bool streams(const DataOptions& options, const std::vector<std::string>& files) {
  if (options.in_memory || options.negatives || !options.pair_columns.empty() || files[0] == "-") return false;
  if (interactions::PairFile(files[0]).form() != PairTableForm::links) return false;
  if (files.size() > 1)
    throw Error(ErrorKind::usage,
                {"STRING's links are streamed one file at a time", {}, "name one file, or add --in-memory"});
  return true;
}

struct Written {
  std::size_t pairs = 0, proteins = 0;  // proteins are not counted of what is streamed
  std::vector<std::string> labels;
  std::int64_t negatives = 0;  // of the pairs, drawn
};

Written stream(const std::string& file, const DataOptions& options, const PairReading& reading, TextOutput& output,
               interactions::PairCounts& counts) {
  Written out{0, 0, {std::string(interactions::kInteracts)}};
  const char delimiter = delimiter_for(options);
  std::string text = std::string("id1") + delimiter + "id2" + delimiter + "label" + delimiter + "score\n";
  counts =
      interactions::stream_links(file, {reading, options.species_cap, static_cast<std::uint64_t>(options.random_state)},
                                 [&](std::string_view first, std::string_view second, double score) {
                                   ++out.pairs;
                                   for (const std::string_view id : {first, second})
                                     (text += formats::cell_text(id, delimiter)) += delimiter;
                                   fmt::format_to(std::back_inserter(text), "1{}{}\n", delimiter, score);
                                   if (text.size() < kPiece) return;
                                   output.add(text);
                                   text.clear();
                                 });
  if (out.pairs == 0)
    throw Error(ErrorKind::bad_input, {"no pair is left: " + listed(counts.sentences()), file,
                                       "look at --min-score, --species and --sequences"});
  output.add(text);
  return out;
}

Written write_all(const std::vector<std::string>& files, const DataOptions& options, const PairReading& reading,
                  TextOutput& output, interactions::PairCounts& counts) {
  interactions::ReadPairs read = interactions::read_pairs(files, reading);
  if (options.species_cap)
    interactions::cap_species(read, *options.species_cap, static_cast<std::uint64_t>(options.random_state));
  std::int64_t negatives = 0;
  if (options.negatives)
    negatives =
        interactions::add_negatives(read.table, {*options.negatives, static_cast<std::uint64_t>(options.random_state)});
  const char delimiter = delimiter_for(options);
  std::string text = pair_header(read.table, delimiter);
  for (std::size_t pair = 0; pair < read.table.pairs.size(); ++pair) {
    text += pair_row(read.table, pair, delimiter);
    if (text.size() < kPiece) continue;
    output.add(text);
    text.clear();
  }
  output.add(text);
  counts = read.counts;
  return {read.table.pairs.size(), read.table.proteins.size(), read.table.labels, negatives};
}

ordered_json json_of(const Written& written, const interactions::PairCounts& counts) {
  return {{"pairs", written.pairs},
          {"labels", written.labels},
          {"rows", counts.rows},
          {"without_id", counts.without_id},
          {"self_pairs", counts.self_pairs},
          {"unknown_ids", counts.unknown},
          {"without_label", counts.without_label},
          {"of_no_kind", counts.of_no_kind},
          {"low_scores", counts.low_scores},
          {"other_species", counts.other_species},
          {"over_cap", counts.over_cap},
          {"repeated", counts.repeated},
          {"in_other_order", counts.turned},
          {"contradictions", counts.contradictions},
          {"negatives", written.negatives}};
}

void tell_negatives(const Written& written, double ratio, Sink& sink) {
  const auto positives = static_cast<double>(static_cast<std::int64_t>(written.pairs) - written.negatives);
  sink.note(fmt::format("{} of them drawn, of which nothing is known: that they do not interact is a guess",
                        counted(written.negatives, "pair")));
  if (static_cast<double>(written.negatives) < std::round(ratio * positives))
    sink.warning("there are no more pairs of these proteins that are new: fewer were drawn than asked for");
}

}  // namespace

void make_pairs(const DataOptions& options, Context& context) {
  const std::vector<std::string> files = options.files(1, 1000);
  if (options.species_cap && *options.species_cap < 1)
    throw Error(ErrorKind::usage, {"it is a number of pairs", "--species-cap", "1 or more"});
  if (options.json && !options.output)
    throw Error(ErrorKind::usage, {"the table goes to standard output", "--json", "name a file: --output"});
  std::optional<interactions::ProteinSequences> sequences;
  if (!options.sequences.empty()) sequences.emplace(options.sequences);
  for (const std::string& note : sequences ? sequences->notes() : std::vector<std::string>{})
    context.sink.warning(note);
  const PairReading reading = reading_of(options, sequences ? &*sequences : nullptr);
  TextOutput output(options, context.out);
  interactions::PairCounts counts;
  const auto begin = std::chrono::steady_clock::now();
  const Written written = streams(options, files) ? stream(files[0], options, reading, output, counts)
                                                  : write_all(files, options, reading, output, counts);
  output.finish();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const std::string said = written.labels.size() > 1 ? " with " + counted(written.labels.size(), "label") : "";
  const std::string proteins = written.proteins > 0 ? " of " + counted(written.proteins, "protein") : "";
  context.sink.note(fmt::format("{} give {}{}{} in {:.1f} s", counted(counts.rows, "row"),
                                counted(written.pairs, "pair"), proteins, said, seconds));
  for (const std::string& sentence : counts.sentences()) context.sink.note(sentence);
  if (options.negatives) tell_negatives(written, *options.negatives, context.sink);
  if (options.json) context.out << json_of(written, counts).dump(2) << '\n';
}

}  // namespace groel::tasks
