// The files of a training run: event files, curves, model folders, and folders written completely or not at all.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "base/error.h"
#include "base/folder_lock.h"
#include "base/folders.h"
#include "checkpoints/saved_model.h"
#include "io/arrays.h"
#include "support/files.h"
#include "train/curve.h"
#include "train/event_file.h"
#include "train/run_folder.h"
#include "train/saved_state.h"

namespace groel::train {
namespace {

namespace fs = std::filesystem;
using groel::testing::read_file;
using groel::testing::TemporaryFolder;
using groel::testing::write_file;

template <class T>
T little(const std::string& bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// A record of a TFRecord file, its two checksums compared.
std::string take_record(std::string& bytes) {
  const auto masked = [](std::string_view text) {
    const std::uint32_t crc = crc32c(text);
    return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
  };
  const auto length = little<std::uint64_t>(bytes, 0);
  EXPECT_EQ(little<std::uint32_t>(bytes, 8), masked({bytes.data(), 8}));
  const std::string record = bytes.substr(12, length);
  EXPECT_EQ(little<std::uint32_t>(bytes, 12 + length), masked(record));
  bytes.erase(0, 16 + length);
  return record;
}

TEST(EventFile, ChecksumIsCastagnolis) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);  // RFC 3720, B.4
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43U);
}

// Expected bytes by protobuf's wire format: Event {1: double, 2: varint, 3: text | 5: {1: {1: text, 2: float}}}.
TEST(EventFile, HoldsVersionAndScalars) {
  const TemporaryFolder folder;
  const std::string path = folder / "events";
  {
    EventFile events(path, 0);
    events.scalar("train/loss", 300, 2.5, 1e9);
  }
  std::string bytes = read_file(path);
  const std::string version = take_record(bytes);
  EXPECT_EQ(version[0], '\x09');
  EXPECT_EQ(version.substr(9), std::string("\x10\0\x1a\x0d", 4) + "brain.Event:2");
  const std::string scalar = take_record(bytes);
  EXPECT_EQ(little<double>(scalar, 1), 1e9);
  EXPECT_EQ(scalar.substr(9),
            std::string("\x10\xac\x02\x2a\x13\x0a\x11\x0a\x0a", 9) + "train/loss" + std::string("\x15\0\0\x20\x40", 5));
  EXPECT_TRUE(bytes.empty());
}

TEST(EventFile, IsCutBackAndGoesOn) {
  const TemporaryFolder folder;
  const std::string path = folder / "events";
  std::int64_t size = 0;
  {
    EventFile events(path, 0);
    events.scalar("a", 1, 1, 1);
    size = events.size();
    events.scalar("b", 2, 2, 2);
  }
  EventFile(path, size).scalar("c", 3, 3, 3);
  std::string bytes = read_file(path);
  take_record(bytes);
  EXPECT_NE(take_record(bytes).find("a"), std::string::npos);
  EXPECT_NE(take_record(bytes).find("c"), std::string::npos);
  EXPECT_TRUE(bytes.empty());
}

TEST(Curve, MergesLinesOfAStep) {
  const TemporaryFolder folder;
  const std::string path =
      write_file(folder / "metrics.jsonl",
                 "{\"step\":10,\"epoch\":0.5,\"loss\":3.0,\"lr\":0.001,\"tokens_per_second\":900}\n"
                 "{\"step\":20,\"epoch\":1.0,\"loss\":2.5}\n"
                 "{\"step\":20,\"epoch\":1.0,\"eval_loss\":2.75,\"eval_perplexity\":15.6}\n");
  const auto curve = read_curve(path);
  ASSERT_EQ(curve.size(), 2U);
  EXPECT_EQ(curve[0].value("lr"), 0.001);
  EXPECT_FALSE(curve[0].value("eval_loss"));
  EXPECT_EQ(curve[1].value("loss"), 2.5);
  EXPECT_EQ(curve[1].value("eval_loss"), 2.75);
  const std::string table = curve_table(curve, 12);
  EXPECT_NE(table.find("      10      0.50       3.0000     1.00e-03"), std::string::npos) << table;
  EXPECT_NE(table.find("2.7500      15.6000"), std::string::npos) << table;
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 3);
  const std::string last = curve_table(curve, 1);
  EXPECT_NE(last.find("      20"), std::string::npos) << last;
  EXPECT_EQ(curve_table({}, 12).find('\n'), curve_table({}, 12).size() - 1);
}

TEST(Curve, BrokenLinesAreNamed) {
  const TemporaryFolder folder;
  const std::string path = write_file(folder / "metrics.jsonl", "{\"step\":1}\n{\"stp\":2}\n");
  try {
    read_curve(path);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().where, path + ":2");
  }
}

TEST(SavedModel, IsAHuggingFaceFolder) {
  const TemporaryFolder folder;
  const checkpoints::SavedModel model{{{"model_type", "esm"}, {"hidden_size", 2}},
                                      {{"esm.x.weight", Tensor::of<float>({2}, {1.5F, -2.0F})}},
                                      {{"<cls>", "<pad>", "<eos>", "<unk>", "L", "<mask>"}}};
  checkpoints::write_model(folder.path(), model);
  const auto config = nlohmann::json::parse(read_file(folder / "config.json"));
  EXPECT_EQ(config["hidden_size"], 2);
  EXPECT_EQ(config["pad_token_id"], 1);
  EXPECT_EQ(config["mask_token_id"], 5);
  EXPECT_EQ(config["torch_dtype"], "float32");
  EXPECT_EQ(read_file(folder / "vocab.txt"), "<cls>\n<pad>\n<eos>\n<unk>\nL\n<mask>");
  const auto tokenizer = nlohmann::json::parse(read_file(folder / "tokenizer_config.json"));
  EXPECT_EQ(tokenizer["tokenizer_class"], "EsmTokenizer");
  EXPECT_EQ(tokenizer["added_tokens_decoder"]["5"]["content"], "<mask>");
  EXPECT_FALSE(tokenizer["added_tokens_decoder"].contains("4"));
  EXPECT_EQ(nlohmann::json::parse(read_file(folder / "special_tokens_map.json"))["mask_token"], "<mask>");
  const io::ArrayFile file = io::read_safetensors(folder / "model.safetensors");
  EXPECT_EQ(file.metadata["format"], "pt") << "Transformers asks for it";
  EXPECT_EQ(file.arrays.at("esm.x.weight").shape, (std::vector<std::int64_t>{2}));
}

TEST(Folders, AppearWholeOrNotAtAll) {
  const TemporaryFolder parent;
  const fs::path target = parent.path() / "checkpoint-5";
  const auto holding = [](const std::string& text) {
    return [=](const fs::path& folder) { write_file(folder / "x", text); };
  };
  write_folder(target, holding("one"));
  EXPECT_THROW(write_folder(target,
                            [&](const fs::path& folder) {
                              holding("half")(folder);
                              throw Error(ErrorKind::io, "no space");
                            }),
               Error);
  EXPECT_EQ(read_file(target / "x"), "one");
  write_folder(target, holding("two"));
  EXPECT_EQ(read_file(target / "x"), "two");
  EXPECT_EQ(parent.names(), std::vector<std::string>{"checkpoint-5"});
  try {
    write_folder(parent.path() / "absent" / "checkpoint-5", holding("x"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found) << error.what();
  }
}

TEST(FolderLock, LetsOneRunIntoAFolder) {
  const TemporaryFolder parent;
  const auto folder = parent.path() / "run";
  {
    const FolderLock lock(folder);
    try {
      const FolderLock second(folder);
      FAIL() << "two runs in one folder";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_EQ(error.parts().where, folder.string());
    }
    std::ofstream(folder / "metrics.jsonl") << "{}\n";
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "metrics.jsonl"));
  const FolderLock again(folder);
}

TEST(FolderLock, LeavesNoEmptyFolderBehind) {
  const TemporaryFolder parent;
  const auto folder = parent.path() / "run";
  { const FolderLock lock(folder); }
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(Folders, CheckpointsAreFoundByStepAndLeftoversRemoved) {
  const TemporaryFolder parent;
  for (const char* name : {"checkpoint-100", "checkpoint-20", "checkpoint-x", "checkpoint-", ".checkpoint-7.tmp",
                           ".checkpoint-3.old", ".best.tmp", ".mine.tmp"})
    fs::create_directory(parent.path() / name);
  EXPECT_EQ(state_steps(parent.path()), (std::vector<std::int64_t>{20, 100}));
  remove_leftovers(parent.path());
  EXPECT_EQ(parent.names(),
            (std::vector<std::string>{".mine.tmp", "checkpoint-", "checkpoint-100", "checkpoint-20", "checkpoint-x"}));
}

// Of an earlier run nothing stays that would be taken for the new one's; what is not GroEL's does.
TEST(RunFolder, ReplacingARunRemovesAllThatItLeft) {
  const TemporaryFolder folder;
  const auto leave = [&](const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      fs::create_directories((folder.path() / name).parent_path());
      write_file(folder / name, "{}");
    }
  };
  const auto replace = [&] {
    prepare_run_folder(folder.path(), Start::replace);
    return folder.names();
  };
  using Names = std::vector<std::string>;
  leave({"predictor.json", "pairs.safetensors", "split.json", "report/report.json", "report/calibration.svg",
         "test/report.json", "loss.svg", "loss.svg.csv", "scores.svg", "scores.svg.csv", "prompts/ic.safetensors",
         "heads.safetensors", "model/metrics.jsonl", "split-1/metrics.jsonl", "notes.txt"});
  EXPECT_THROW(prepare_run_folder(folder.path(), Start::fresh), Error);
  EXPECT_EQ(replace(), (Names{"notes.txt", "split-1"})) << "the folder does not speak of split-1";
  leave({"repeats.json", "report.html", "repeat-1/metrics.jsonl", "repeat-2/report/report.html",
         "repeat-2/model.safetensors", "split-1/mine.txt", "repeat-3/mine.txt", "report/mine.txt", "test/mine.txt"});
  EXPECT_THROW(prepare_run_folder(folder.path(), Start::fresh), Error);
  EXPECT_EQ(replace(), (Names{"notes.txt", "repeat-3", "report", "split-1", "test"}));
  EXPECT_FALSE(fs::exists(folder.path() / "split-1/metrics.jsonl"));
  leave({"repeats.json", "repeat-1/metrics.jsonl", "repeat-2/metrics.jsonl"});
  clear_run(folder.path(), "repeat-1");
  EXPECT_TRUE(fs::exists(folder.path() / "repeat-1/metrics.jsonl"));
  EXPECT_FALSE(fs::exists(folder.path() / "repeat-2"));
}

TEST(RunFolder, FoldersOfEveryObjectiveHoldARun) {
  for (const char* name : {"metrics.jsonl", "predictor.json", "model.safetensors", "adapter_model.safetensors",
                           "pairs.safetensors", "split.json", "repeats.json", "report/report.html", "checkpoint-5/x"}) {
    const TemporaryFolder folder;
    EXPECT_FALSE(holds_run(folder.path()));
    fs::create_directories((folder.path() / name).parent_path());
    write_file(folder / name, "{}");
    EXPECT_TRUE(holds_run(folder.path())) << name;
  }
}

}  // namespace
}  // namespace groel::train
