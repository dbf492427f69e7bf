// groel embed --layout esm-extract: one .pt per record with what fair-esm's script writes, resumable as every layout.
#include <chrono>
#include <thread>

#include "base/error.h"
#include "formats/label_files.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;

std::vector<float> floats(const io::TorchFile& file, const json& node) {
  const io::Array& array = file.tensors.at(node.at("$tensor").get<std::size_t>());
  std::vector<float> out(array.bytes.size() / sizeof(float));
  std::memcpy(out.data(), array.bytes.data(), array.bytes.size());
  return out;
}

// Files of a folder with their bytes, by their paths in it.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) out[entry.path().lexically_relative(folder).string()] = read_file(entry.path());
  return out;
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> out;
  for (const auto& [name, bytes] : contents(folder)) out.insert(name);
  return out;
}

Outcome extract(const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"embed", "--layout", "esm-extract", "-m", kEsm2};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return groel(arguments);
}

TEST(EsmExtract, HoldsWhatTheScriptHolds) {
  const TemporaryFolder work;
  const std::string input = write_file(work / "in.fasta", fasta({{"sp|P1|A first one", "MKTAYIAKQR"}, {"b", "MKV"}}));
  const std::string include = "mean,per-residue,cls,contacts";
  const Outcome done = extract({input, "-o", work / "out", "--include", include, "--layers", "0,3"});
  ASSERT_EQ(done.exit, 0) << done;
  EXPECT_EQ(names_in(work / "out"), (std::set<std::string>{"b.pt", "groel-run.json", "sp|P1|A first one.pt"}));
  const std::vector<json> lines = embed_lines({input, "--include", include, "--layers", "0,3"});
  for (const json& line : lines) {
    const io::TorchFile file = io::read_torch(fs::path(work / "out") / (line["header"].get<std::string>() + ".pt"));
    EXPECT_EQ(file.root.at("label"), line["header"]);
    EXPECT_EQ(file.root.size(), 5U);
    for (const auto& [key, kind] : {std::pair{"representations", "per_residue"},
                                    {"mean_representations", "mean"},
                                    {"bos_representations", "cls"}}) {
      ASSERT_EQ(file.root.at(key).size(), 2U) << key;
      for (const int layer : {0, 3})
        EXPECT_EQ(floats(file, file.root[key].at(std::to_string(layer))), values(line, kind, layer)) << key << layer;
    }
    EXPECT_EQ(floats(file, file.root.at("contacts")), values(line, "contacts"));
    const auto length = line["length"].get<std::int64_t>();
    const auto shape_of = [&](const json& node) { return file.tensors.at(node["$tensor"].get<std::size_t>()).shape; };
    EXPECT_EQ(shape_of(file.root["representations"]["3"]), (std::vector<std::int64_t>{length, 64}));
    EXPECT_EQ(shape_of(file.root["mean_representations"]["3"]), (std::vector<std::int64_t>{64}));
    EXPECT_EQ(shape_of(file.root["contacts"]), (std::vector<std::int64_t>{length, length}));
  }
}

TEST(EsmExtract, NamesFilesByLabelsAndNeverOutsideOfTheFolder) {
  formats::LabelFiles names;
  EXPECT_EQ(names.next("a b"), "a b.pt");
  EXPECT_EQ(names.next("a b"), "a b~2.pt");
  EXPECT_EQ(names.next("a b"), "a b~3.pt");
  EXPECT_EQ(names.next("family/one"), "family/one.pt");
  EXPECT_EQ(names.next("../../etc/passwd"), "_/_/etc/passwd.pt");
  EXPECT_EQ(names.next("/root"), "_/root.pt");
  EXPECT_EQ(names.next("a//b/."), "a/_/b/_.pt");
  EXPECT_EQ(names.next(""), "_.pt");
  EXPECT_EQ(names.next("x.pt/y"), "x.pt/y.pt");
  EXPECT_EQ(names.next("x"), "x~2.pt") << "a folder has that name";
  EXPECT_EQ(names.next("z"), "z.pt");
  EXPECT_EQ(names.next("z.pt/y"), "z.pt_y.pt") << "a file has the folder's name";
  const std::string longest(300, 'q');
  const std::string cut = names.next(longest).string();
  EXPECT_EQ(cut.substr(0, 201), std::string(200, 'q') + "~");
  EXPECT_EQ(cut.size(), 200U + 1 + 8 + 3);
  EXPECT_NE(names.next(longest + "r").string(), cut);
  std::string wide(199, 'q');
  for (int i = 0; i < 30; ++i) wide += "ü";
  EXPECT_EQ(names.next(wide).string().substr(0, 200), std::string(199, 'q') + "~") << "no half of a character";
}

TEST(EsmExtract, RecordsThatFailAreListed) {
  const TemporaryFolder work;
  const std::string input = write_file(work / "in.fasta", ">good\nMKV\n>bad\nMK1V\n>good\nMKVL\n");
  const Outcome done = extract({input, "-o", work / "out/"});
  EXPECT_EQ(done.exit, 1) << done;
  EXPECT_EQ(names_in(work / "out"), (std::set<std::string>{"good.pt", "good~2.pt", "groel-run.json"}));
  const json run = json::parse(read_file(work / "out/groel-run.json"));
  EXPECT_EQ(run["layout"], "esm-extract");
  ASSERT_EQ(run["errors"].size(), 1U);
  EXPECT_EQ(run["errors"][0]["id"], "bad");
  EXPECT_EQ(run["errors"][0]["index"], 1);
  EXPECT_EQ(run["run"]["include"], json{"mean"});
}

TEST(EsmExtract, RefusesWhatItHasNoPlaceFor) {
  const TemporaryFolder work;
  const std::string input = write_file(work / "in.fasta", ">a\nMKV\n");
  const Outcome logits = extract({input, "-o", work / "out", "--include", "mean,logits"});
  EXPECT_EQ(logits.exit, exit_code(ErrorKind::usage)) << logits;
  EXPECT_TRUE(logits.says("esm-extract has no place for logits")) << logits;
  EXPECT_TRUE(logits.says("mean, cls, per_residue, contacts")) << logits;
  const Outcome format = extract({input, "-o", work / "out", "--format", "npz"});
  EXPECT_EQ(format.exit, exit_code(ErrorKind::usage)) << format;
  EXPECT_TRUE(format.says("npz has no layout esm-extract")) << format;
  const Outcome streamed = extract({input, "-o", "-"});
  EXPECT_EQ(streamed.exit, exit_code(ErrorKind::usage)) << streamed;
  EXPECT_EQ(work.names(), std::vector<std::string>{"in.fasta"});
}

TEST(EsmExtract, ReplacesItsOwnFoldersAlone) {
  const TemporaryFolder work;
  const std::string input = write_file(work / "in.fasta", ">a\nMKV\n"),
                    other = write_file(work / "b.fasta", ">b\nMKV\n");
  fs::create_directory(work / "mine");
  write_file(work / "mine/thesis.txt", "years");
  const Outcome refused = extract({input, "-o", work / "mine", "--overwrite"});
  EXPECT_EQ(refused.exit, exit_code(ErrorKind::usage)) << refused;
  EXPECT_TRUE(refused.says("no folder of such a run")) << refused;
  EXPECT_EQ(read_file(work / "mine/thesis.txt"), "years");
  fs::create_directory(work / "empty");
  EXPECT_EQ(extract({input, "-o", work / "empty"}).exit, 0);
  const Outcome there = extract({input, "-o", work / "empty"});
  EXPECT_EQ(there.exit, exit_code(ErrorKind::usage)) << there;
  EXPECT_TRUE(there.says("--overwrite")) << there;
  EXPECT_EQ(extract({other, "-o", work / "empty", "--overwrite"}).exit, 0);
  EXPECT_EQ(names_in(work / "empty"), (std::set<std::string>{"b.pt", "groel-run.json"}));
  EXPECT_EQ(work.names(), (std::vector<std::string>{"b.fasta", "empty", "in.fasta", "mine"})) << "nothing is left";
}

TEST(EsmExtract, AKilledRunGoesOn) {
  const TemporaryFolder work;
  const std::string input = write_file(work / "in.fasta", many_proteins(300));
  const auto command = [&](const std::string& out, const std::vector<std::string>& more) {
    std::vector<std::string> words = groel_command({"embed", input, "-m", kEsm2, "--layout", "esm-extract", "--include",
                                                    "mean,per-residue", "--max-tokens", "160", "-o", work / out});
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  ASSERT_EQ(Process(command("whole", {}), {}).wait().exit, 0);
  {
    Process process(command("out", {}), {});
    const fs::path journal = work / "out.partial/items.bin";
    for (int i = 0; i < 60'000; ++i) {
      std::error_code none;
      const auto size = fs::file_size(journal, none);
      if (!none && size > 20'000) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    process.kill(SIGKILL);
    process.wait();
  }
  EXPECT_FALSE(fs::exists(work / "out"));
  fs::copy(work / "out.partial", work / "kept");
  const Outcome refused = Process(command("out", {}), {}).wait();
  EXPECT_TRUE(refused.says("--resume")) << refused;
  const Outcome resumed = Process(command("out", {"--resume"}), {}).wait();
  ASSERT_EQ(resumed.exit, 0) << resumed;
  EXPECT_TRUE(contents(work / "out") == contents(work / "whole"));
  EXPECT_EQ(contents(work / "out").size(), 301U);
  // Killed after the folder got its name and before the journal was removed.
  fs::rename(work / "kept", work / "out.partial");
  const Outcome again = Process(command("out", {"--resume"}), {}).wait();
  EXPECT_EQ(again.exit, 0) << again;
  EXPECT_TRUE(contents(work / "out") == contents(work / "whole"));
  EXPECT_EQ(work.names(), (std::vector<std::string>{"in.fasta", "out", "whole"}));
  // The folder of another run is not taken for this one's.
  write_file(work / "out/protein0 number 0.pt", "other");
  const Outcome other = Process(command("out", {}), {}).wait();
  EXPECT_EQ(other.exit, exit_code(ErrorKind::usage)) << other;
}

TEST(EsmExtract, EqualRunsGiveEqualBytes) {
  const TemporaryFolder work;
  const std::string input = write_file(work / "in.fasta", many_proteins(3));
  ASSERT_EQ(extract({input, "-o", work / "out"}).exit, 0);
  const auto before = contents(work / "out");
  fs::rename(work / "out", work / "kept");
  ASSERT_EQ(extract({input, "-o", work / "out"}).exit, 0);
  EXPECT_TRUE(contents(work / "out") == before);
}

}  // namespace
}  // namespace groel::testing
