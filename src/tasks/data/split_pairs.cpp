// groel data split-pairs: training, validation and test pairs, and a file of indices in GNN-PPI's form.
#include <filesystem>

#include "base/atomic_file.h"
#include "base/text_file.h"
#include "interactions/read_pairs.h"
#include "interactions/split.h"
#include "tasks/data/verbs.h"
#include "tasks/pairs/rows.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

interactions::PairSplitOptions split_options(const DataOptions& options) {
  constexpr double kTest = 0.2, kValid = 0.1;
  return {interactions::parse_split_way(options.how), options.test_size.given ? options.test_size.value : kTest,
          options.val_size.value_or(kValid), static_cast<std::uint64_t>(options.random_state)};
}

std::string text_of(const interactions::PairTable& table, const std::vector<std::int64_t>& pairs) {
  std::string out = pair_header(table, ',');
  for (const std::int64_t pair : pairs) out += pair_row(table, static_cast<std::size_t>(pair), ',');
  return out;
}

// How many test pairs have both of their proteins among the training pairs, one, or none.
ordered_json seen_json(const interactions::PairTable& table, const interactions::PairSplit& split) {
  std::int64_t counts[3] = {};
  for (const interactions::SeenEnds ends : interactions::seen_ends(table, split.train, split.test))
    ++counts[static_cast<std::size_t>(ends)];
  return {{"both", counts[2]}, {"one", counts[1]}, {"none", counts[0]}};
}

}  // namespace

void divide_pairs(const DataOptions& options, Context& context) {
  if (!options.output)
    throw Error(ErrorKind::usage, {"PATH is missing", "--output", "the folder that the parts are written to"});
  const interactions::PairReading reading{.columns = {options.pair_columns, options.label_columns()}};
  const interactions::ReadPairs read = interactions::read_pairs(options.files(1, 1000), reading);
  for (const std::string& sentence : read.counts.sentences()) context.sink.note(sentence);
  const interactions::PairSplitOptions how = split_options(options);
  const interactions::PairSplit split = interactions::split_pairs(read.table, how);
  const fs::path folder = *options.output;
  fs::create_directories(folder);
  const std::pair<const char*, const std::vector<std::int64_t>*> parts[] = {
      {"train.csv", &split.train}, {"val.csv", &split.valid}, {"test.csv", &split.test}};
  ordered_json said{{"pairs", read.table.pairs.size()}, {"files", ordered_json::array()}};
  JointCommit together;
  for (const char* file : {"train.csv", "val.csv", "test.csv", "split.json"})
    if (fs::exists(folder / file) && !options.overwrite)
      throw Error(ErrorKind::usage,
                  {"the output exists already", (folder / file).string(), "choose another folder, or add --overwrite"});
  for (const auto& [file, pairs] : parts) {
    write_text(folder / file, text_of(read.table, *pairs));
    said["files"].push_back({{"file", (folder / file).string()}, {"rows", pairs->size()}});
  }
  interactions::write_split(folder / "split.json", split, how);
  together.publish();
  said["roots"] = split.roots;
  said["test_proteins_seen"] = seen_json(read.table, split);
  if (options.json) {
    context.out << said.dump(2) << '\n';
    return;
  }
  for (const auto& file : said["files"])
    context.out << fmt::format("{}  {}\n", file["file"].get<std::string>(),
                               counted(file["rows"].get<std::int64_t>(), "pair"));
  const ordered_json& seen = said["test_proteins_seen"];
  context.out << fmt::format("of the test pairs {} have both proteins in training, {} one, {} none\n",
                             seen["both"].dump(), seen["one"].dump(), seen["none"].dump());
}

}  // namespace groel::tasks
