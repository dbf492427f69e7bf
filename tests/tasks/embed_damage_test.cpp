// What goes wrong around `groel embed`: damaged models, unreadable inputs, full disks, closed streams.
#include <functional>

#include "io/arrays.h"
#include "tasks/jsonl.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;

class Damage : public ::testing::Test {
 protected:
  Process::Setup here() const { return {.folder = folder_.path().string(), .input = {}, .environment = {}}; }
  // A run that must fail, say `texts`, and leave no file of its own.
  void expect_failure(const std::vector<std::string>& arguments, int exit,
                      const std::vector<std::string>& texts) const {
    const auto before = folder_.names();
    const Outcome outcome = groel(arguments, here());
    EXPECT_EQ(outcome.exit, exit) << outcome;
    for (const std::string& text : texts) EXPECT_TRUE(outcome.says(text)) << "lacks " << text << ": " << outcome;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(folder_.names(), before);
  }
  void expect_bad_model(const std::string& model, const std::vector<std::string>& texts) const {
    expect_failure({"embed", kProteins, "-m", model, "-o", "out.h5"}, 5, texts);
    expect_failure({"info", model}, 5, texts);
  }
  // A copy of esm2-tiny to damage.
  fs::path model_copy() const {
    const fs::path copy = folder_ / "model";
    fs::remove_all(copy);
    fs::create_directory(copy);
    for (const char* file : {"config.json", "vocab.txt", "model.safetensors"})
      fs::copy_file(fs::path(kEsm2) / file, copy / file);
    return copy;
  }
  TemporaryFolder folder_;
};

TEST_F(Damage, TruncatedCheckpoints) {
  const fs::path copy = model_copy();
  for (const std::uintmax_t size :
       {std::uintmax_t{0}, std::uintmax_t{5}, std::uintmax_t{100}, std::uintmax_t{100'000}}) {
    fs::copy_file(fs::path(kEsm2) / "model.safetensors", copy / "model.safetensors",
                  fs::copy_options::overwrite_existing);
    fs::resize_file(copy / "model.safetensors", size);
    expect_bad_model("model", {"model.safetensors"});
  }
  const std::string torch = read_file(fs::path(kEsm2) / "esm2_tiny.pt");
  for (const std::size_t size : {std::size_t{0}, std::size_t{50}, torch.size() / 2, torch.size() - 1}) {
    write_file(folder_ / "cut.pt", torch.substr(0, size));
    expect_bad_model("cut.pt", {"cut.pt"});
  }
}

TEST_F(Damage, NotANumberInTheWeights) {
  const fs::path copy = model_copy();
  std::string bytes = read_file(copy / "model.safetensors");
  bytes.replace(bytes.size() - 64, 4, std::string("\x00\x00\xc0\x7f", 4));
  write_file(copy / "model.safetensors", bytes);
  expect_bad_model("model", {"NaN or infinity"});
}

TEST_F(Damage, WrongConfigurations) {
  const fs::path copy = model_copy();
  const auto with = [&](const std::function<void(json&)>& change) {
    json config = json::parse(read_file(fs::path(kEsm2) / "config.json"));
    change(config);
    write_file(copy / "config.json", config.dump());
  };
  with([](json& c) { c["hidden_size"] = 128; });
  expect_bad_model("model", {"mis-shaped"});
  with([](json& c) { c["num_hidden_layers"] = 4; });
  expect_bad_model("model", {"missing"});
  with([](json& c) { c["num_hidden_layers"] = -1; });
  expect_bad_model("model", {"num_hidden_layers"});
  with([](json& c) { c["num_hidden_layers"] = "three"; });
  expect_bad_model("model", {"num_hidden_layers"});
  with([](json& c) { c.erase("hidden_size"); });
  expect_bad_model("model", {"hidden_size"});
  write_file(copy / "config.json", "{\"model_type\": ");
  expect_bad_model("model", {"config.json"});
}

TEST_F(Damage, ModelsThatAreNotThere) {
  expect_failure({"embed", kProteins, "-m", "esm2-tiny-randon", "-o", "out.h5"}, 3,
                 {"did you mean 'esm2-tiny-random'?"});
  expect_failure({"embed", kProteins, "-m", "nowhere/at/all", "-o", "out.h5"}, 3, {"nowhere/at/all"});
  fs::create_directory(folder_ / "hollow");
  const Outcome hollow = groel({"embed", kProteins, "-m", "hollow", "-o", "out.h5"}, here());
  EXPECT_TRUE(hollow.exit == 3 || hollow.exit == 5) << hollow;
}

TEST_F(Damage, InputsThatCannotBeRead) {
  write_file(folder_ / "empty.fasta", "");
  write_file(folder_ / "blank.fasta", "\n\n");
  write_file(folder_ / "binary.fasta", std::string("\x7f\x45\x4c\x46\x02\x01\x00\x00\x00\xff\xfe", 11));
  fs::create_directory(folder_ / "folder");
  fs::create_symlink("nothing", folder_ / "dangling.fasta");
  write_file(folder_ / "cut.gz", "\x1f\x8b\x08");
  for (const auto& [path, exit] : std::vector<std::pair<std::string, int>>{{"empty.fasta", 4},
                                                                           {"blank.fasta", 4},
                                                                           {"binary.fasta", 4},
                                                                           {"cut.gz", 4},
                                                                           {"folder", 4},
                                                                           {"dangling.fasta", 3},
                                                                           {"missing.fasta", 3}})
    expect_failure({"embed", path, "-m", kEsm2, "-o", "out.h5"}, exit, {path});
  expect_failure({"embed", kProteins, "missing.fasta", "-m", kEsm2, "-o", "out.h5"}, 3, {"missing.fasta"});
  expect_failure({"embed", "-m", kEsm2, "-o", "out.h5"}, 2, {"INPUT"});
}

class FullDisk : public Damage, public ::testing::WithParamInterface<const char*> {};

TEST_P(FullDisk, IsAnErrorAndTheRunGoesOnAfterwards) {
  const std::string out = std::string("out") + GetParam();
  const bool pooled = out == "out.csv";
  write_file(folder_ / "in.fasta", many_proteins(300));
  const std::string run = "$GROEL embed in.fasta -m " + kEsm2 + " --max-tokens 400 -o " + out +
                          (pooled ? " -i mean,max -l 0..3" : " -i mean,per-residue");
  ASSERT_EQ(bash(run, here()).exit, 0);
  const std::string expected = read_file(folder_ / out);
  fs::remove(folder_ / out);
  // In KiB. The journal is a little larger or smaller than the output: first it meets the limit, then whichever is
  // left.
  const auto whole = static_cast<long>(expected.size() / 1024);
  for (const long limit : {whole / 3, whole * 9 / 10}) {
    const Outcome full = bash("ulimit -f " + std::to_string(limit) + "; " + run + " --resume", here());
    if (full.exit == 0) break;  // text is larger than the journal
    EXPECT_EQ(full.exit, 6) << full;
    EXPECT_TRUE(full.says("File too large") && full.says("run the same command again to go on")) << full;
    EXPECT_FALSE(fs::exists(folder_ / out));
  }
  const Outcome resumed = bash(run + " --resume", here());
  EXPECT_EQ(resumed.exit, 0) << resumed;
  EXPECT_TRUE(read_file(folder_ / out) == expected);
  EXPECT_EQ(folder_.names(), (std::vector<std::string>{"in.fasta", out}));
}

INSTANTIATE_TEST_SUITE_P(Formats, FullDisk, ::testing::Values(".h5", ".npz", ".safetensors", ".jsonl", ".csv"),
                         [](const auto& tested) { return std::string(tested.param + 1); });

TEST_F(Damage, FullDiskBeforeAnythingIsKept) {
  const Outcome full =
      bash("ulimit -f 1; $GROEL embed " + kProteins + " -m " + kEsm2 + " -o out.h5 -i per-residue", here());
  EXPECT_EQ(full.exit, 6) << full;
  EXPECT_TRUE(full.says("File too large")) << full;
#ifndef GROEL_SANITIZED  // sanitizers write files themselves, and end the program where they cannot
  EXPECT_EQ(bash("ulimit -f 0; $GROEL embed " + kProteins + " -m " + kEsm2 + " -o out.h5", here()).exit, 6);
#endif
  EXPECT_FALSE(fs::exists(folder_ / "out.h5"));
  const Outcome after = bash("$GROEL embed " + kProteins + " -m " + kEsm2 + " -o out.h5 --resume", here());
  EXPECT_EQ(after.exit, 0) << after;
}

TEST_F(Damage, StandardOutputThatDoesNotTakeIt) {
  const std::string run = "$GROEL embed " + kProteins + " -m " + kEsm2 + " -f jsonl ";
  const Outcome device = bash(run + "> /dev/full", here());
  EXPECT_EQ(device.exit, 6) << device;
  EXPECT_TRUE(device.says("No space left on device")) << device;
  const Outcome closed = bash(run + ">&-", here());
  EXPECT_EQ(closed.exit, 6) << closed;
  EXPECT_TRUE(closed.says("standard output")) << closed;
  const Outcome pipe = bash(run + "-i per-residue | head -n 1", here());
  EXPECT_EQ(pipe.exit, 128 + SIGPIPE) << pipe;
  EXPECT_EQ(json_lines(pipe.out).size(), 1U);
  EXPECT_FALSE(pipe.says("Broken pipe")) << pipe;
  for (const char* command : {"$GROEL doctor", "$GROEL models --json", "$GROEL --help"}) {
    EXPECT_EQ(bash(std::string(command) + " > /dev/full", here()).exit, 6) << command;
    EXPECT_EQ(bash(std::string(command) + " >&-", here()).exit, 6) << command;
  }
  EXPECT_EQ(bash("$GROEL doctor 2> /dev/full", here()).exit, 0);
  EXPECT_EQ(bash("$GROEL embed --nonsense 2> /dev/full", here()).exit, 2);
  EXPECT_EQ(bash(run + "2> /dev/full", here()).exit, 0) << "messages may be lost";
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(Damage, ClosedStreamsDoNotReachTheOutput) {
  const std::string run = "$GROEL embed " + kProteins + " -m " + kEsm2 + " -o ";
  ASSERT_EQ(bash(run + "a.h5", here()).exit, 0);
  ASSERT_EQ(bash(run + "b.h5 <&- >&- 2>&-", here()).exit, 0);
  EXPECT_TRUE(read_file(folder_ / "a.h5") == read_file(folder_ / "b.h5"));
  const Outcome no_input = bash("$GROEL embed - -m " + kEsm2 + " -o c.h5 <&-", here());
  EXPECT_EQ(no_input.exit, 6) << no_input;
}

}  // namespace
}  // namespace groel::testing
