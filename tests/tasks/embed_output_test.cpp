// The output files of `groel embed`: their format, their place, and the same bytes however the work was split.
#include "io/arrays.h"
#include "io/npz.h"
#include "tasks/jsonl.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;

class EmbedOutput : public ::testing::Test {
 protected:
  Outcome embed(const std::string& output, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"embed", kProteins, "-m", kEsm2, "-o", output};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return groel(arguments, {.folder = folder_.path().string(), .input = {}, .environment = {}});
  }
  TemporaryFolder folder_;
};

TEST_F(EmbedOutput, ExtensionOrOptionChoosesTheFormat) {
  const std::string hdf5 = "\x89HDF";
  const std::vector<std::tuple<std::string, std::string, std::string>> cases{
      {"a.h5", "", hdf5},     {"a.npz", "", "PK"},    {"a.jsonl", "", "{\"id\":"},
      {"a.csv", "", "id,"},   {"a.tsv", "", "id\t"},  {"noextension", "", hdf5},
      {"b.h5", "csv", "id,"}, {"b.txt", "npz", "PK"}, {"c.csv", "jsonl", "{\""}};
  for (const auto& [file, format, head] : cases) {
    const Outcome outcome =
        embed(file, format.empty() ? std::vector<std::string>{} : std::vector{std::string("-f"), format});
    EXPECT_EQ(outcome.exit, 0) << outcome;
    EXPECT_EQ(read_file(folder_ / file).substr(0, head.size()), head) << file << ' ' << format;
  }
}

TEST_F(EmbedOutput, EveryFormatHoldsTheSameNumbers) {
  for (const char* file : {"a.jsonl", "a.npz", "a.safetensors"})
    ASSERT_EQ(embed(file, {"-i", "mean,contacts"}).exit, 0);
  ASSERT_EQ(embed("a.csv").exit, 0);
  std::vector<float> mean;
  std::vector<float> contacts;
  for (const json& record : json_lines(read_file(folder_ / "a.jsonl"))) {
    for (const float value : values(record, "mean")) mean.push_back(value);
    for (const float value : values(record, "contacts")) contacts.push_back(value);
  }
  for (const io::ArrayMap& arrays :
       {io::read_npz(folder_ / "a.npz").arrays, io::read_safetensors(folder_ / "a.safetensors").arrays})
    for (const auto& [name, expected] : {std::pair{"mean_3", mean}, {"contacts_3", contacts}}) {
      const io::Array& array = arrays.at(name);
      ASSERT_EQ(array.bytes.size(), expected.size() * sizeof(float)) << name;
      EXPECT_EQ(std::memcmp(array.bytes.data(), expected.data(), array.bytes.size()), 0) << name;
    }
  std::vector<float> cells;
  std::istringstream lines(read_file(folder_ / "a.csv"));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::vector<std::string> row;
    std::istringstream cut(line);
    for (std::string cell; std::getline(cut, cell, ',');) row.push_back(cell);
    for (std::size_t i = row.size() - 64; i < row.size(); ++i) cells.push_back(std::stof(row[i]));
  }
  EXPECT_EQ(cells, mean);
}

TEST_F(EmbedOutput, BytesDoNotDependOnThreadsOrBatches) {
  write_file(folder_ / "in.fasta", many_proteins(20));
  for (const char* extension : {".h5", ".npz", ".safetensors", ".jsonl"}) {
    std::string first;
    for (const auto& split : std::vector<std::vector<std::string>>{{"-t", "1"},
                                                                   {"-t", "2"},
                                                                   {"-t", "2", "--max-tokens", "1"},
                                                                   {"-t", "1", "--max-tokens", "700"},
                                                                   {"-t", "3", "--max-tokens", "100000"}}) {
      const std::string out = folder_ / (std::string("out") + extension);
      std::vector<std::string> arguments{"embed",
                                         folder_ / "in.fasta",
                                         "-m",
                                         kEsm2,
                                         "-o",
                                         out,
                                         "--overwrite",
                                         "-i",
                                         "mean,per-residue,logits,contacts,attentions",
                                         "-l",
                                         "0,2,-1"};
      arguments.insert(arguments.end(), split.begin(), split.end());
      const Outcome outcome = groel(arguments);
      ASSERT_EQ(outcome.exit, 0) << outcome;
      if (first.empty()) first = read_file(out);
      EXPECT_TRUE(read_file(out) == first) << extension << ' ' << split.back();
    }
  }
}

TEST_F(EmbedOutput, ExistingFilesAreKeptUnlessOverwritten) {
  write_file(folder_ / "a.csv", "precious");
  const Outcome refused = embed("a.csv");
  EXPECT_EQ(refused.exit, 2) << refused;
  EXPECT_TRUE(refused.says("exists already") && refused.says("--overwrite")) << refused;
  EXPECT_EQ(read_file(folder_ / "a.csv"), "precious");
  EXPECT_EQ(embed("a.csv", {"--overwrite"}).exit, 0);
  EXPECT_NE(read_file(folder_ / "a.csv"), "precious");
}

TEST_F(EmbedOutput, PlacesThatCannotBeWrittenAreRefusedAtOnce) {
  fs::create_directory(folder_ / "folder.h5");
  const std::vector<std::tuple<std::string, std::vector<std::string>, int, std::string>> cases{
      {"missing/a.h5", {}, 3, "no such folder"},
      {"folder.h5", {"--overwrite"}, 2, "not the name of a file"},
      {"", {}, 2, "not the name of a file"},
      {"a.csv", {"-i", "per-residue"}, 2, "cannot hold per_residue"},
      {"a.npz", {"--layout", "per-protein"}, 2, "per-protein"},
      {"-", {"-f", "hdf5"}, 2, "stdout"}};
  for (const auto& [output, more, exit, text] : cases) {
    const Outcome outcome = embed(output, more);
    EXPECT_EQ(outcome.exit, exit) << outcome;
    EXPECT_TRUE(outcome.says(text)) << outcome;
    EXPECT_EQ(folder_.names(), std::vector<std::string>{"folder.h5"}) << output << " left something";
  }
}

TEST_F(EmbedOutput, JsonKeepsStdoutForTheSummary) {
  const Outcome outcome = embed("a.h5", {"--json"});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  const json summary = json::parse(outcome.out);
  EXPECT_EQ(summary["failed"], 0);
  EXPECT_EQ(summary["output"], "a.h5");
  EXPECT_EQ(summary["tokens"].get<int>(),
            summary["residues"].get<int>() + 2 * summary["distinct_sequences"].get<int>());
}

}  // namespace
}  // namespace groel::testing
