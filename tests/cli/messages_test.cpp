// Messages for beginners' mistakes: other programs' flags, values and commands, unknown names, words in the wrong
// place. Each row is a command that people type, and what the answer has to say.
#include "support/pictures.h"
#include "support/program.h"

namespace groel::testing {
namespace {

struct Case {
  std::vector<std::string> arguments;
  std::vector<std::string> says;
  int exit = 2;
};

// In a folder with a FASTA file of one protein, small.fasta, a folder of others and one that is empty.
class Messages : public ::testing::Test {
 protected:
  void SetUp() override {
    write_file(folder_ / "small.fasta", ">sp|P1|ONE_HUMAN first\nMKTAYIAKQRQISFVKSHFSRQ\n");
    write_file(folder_ / "scores.csv", "mutant,fitness\nM1A,1\n");
    std::filesystem::create_directory(folder_ / "many");
    for (const char* name : {"many/a.fasta", "many/b.fasta", "many/c.faa.gz", "many/notes.txt"})
      write_file(folder_ / name, ">x\nMKT\n");
    std::filesystem::create_directory(folder_ / "empty");
  }
  Outcome run(const std::vector<std::string>& arguments) {
    return groel(arguments, {.folder = folder_.path().string(),
                             .input = {},
                             .environment = {{"HF_HUB_CACHE", folder_ / "hub"}, {"TORCH_HOME", folder_ / "torch"}}});
  }
  void check(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
      const Outcome outcome = run(one.arguments);
      std::string line = "groel";
      for (const std::string& word : one.arguments) line += " " + word;
      EXPECT_EQ(outcome.exit, one.exit) << line << '\n' << outcome;
      for (const std::string& text : one.says)
        EXPECT_TRUE(outcome.says(text)) << line << "\nlacks: " << text << '\n' << outcome;
    }
  }
  TemporaryFolder folder_;
};

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_F(Messages, ForeignFlagsNameOurs) {
  const std::vector<std::string> embed{"embed", "small.fasta", "-o", "x.h5"};
  const std::vector<std::string> train{"train", "mlm", "--data", "small.fasta", "--output", "run"};
  const std::vector<std::string> classify{"train",  "classify", "--data",   "t.csv",
                                          "--from", "groel-5m", "--output", "run"};
  const std::vector<std::string> score{"score", "small.fasta"};
  check({{with(embed, {"--batch-size", "8"}), {"no such option", "--max-tokens", "counted in tokens"}},
         {with(embed, {"--batch_size=8"}), {"--max-tokens"}},
         {with(embed, {"--device", "cuda:0"}), {"uses no GPU yet", "--threads"}},
         {with(embed, {"--gpus", "1"}), {"uses no GPU yet"}},
         {with(embed, {"--nogpu"}), {"leave it out", "on the processor"}},
         {with(embed, {"--repr_layers", "33"}), {"--layers"}},
         {with(embed, {"--toks_per_batch", "4096"}), {"called --max-tokens"}},
         {with(embed, {"--model_location", "m"}), {"called --model"}},
         {with(embed, {"--model_name_or_path", "m"}), {"called --model"}},
         {with(embed, {"--truncation_seq_length", "1022"}), {"--long", "nothing is cut"}},
         {with(embed, {"--output_dir", "d"}), {"called --output"}},
         {with(embed, {"--fp16"}), {"--dtype bf16"}},
         {with(embed, {"--bf16"}), {"--dtype bf16"}},
         {with(embed, {"--seed", "1"}), {"leave it out", "random"}},
         {with(embed, {"--epochs", "3"}), {"`groel train`"}},
         {with(embed, {"--lr", "1e-3"}), {"--learning-rate", "`groel train`"}},
         {with(embed, {"--num_workers", "4"}), {"called --threads"}},
         {with(embed, {"--pooling", "mean"}), {"--include"}},
         {with(embed, {"--per_tok"}), {"--include per-residue"}},
         {with(embed, {"--fasta", "small.fasta"}), {"needs no flag"}},
         {with(embed, {"--force"}), {"called --overwrite"}},
         {with(embed, {"--verbose"}), {"leave it out"}},
         {with(embed, {"--max_tokens", "8"}), {"did you mean '--max-tokens'?"}},
         {with(embed, {"--LAYERS", "3"}), {"did you mean '--layers'?"}},
         {with(train, {"--lr", "1e-3"}), {"called --learning-rate"}},
         {with(train, {"--batch_size", "8"}), {"'--batch-size'"}},
         {with(train, {"--num_epochs", "3"}), {"called --epochs"}},
         {with(train, {"--num_train_epochs", "3"}), {"called --epochs"}},
         {with(train, {"--max_length", "512"}), {"did you mean '--max-length'?"}},
         {with(train, {"--num_layers", "6"}), {"called --layers"}},
         {with(train, {"--hidden_size", "64"}), {"called --width"}},
         {with(train, {"--output_dir", "d"}), {"called --output "}},
         {with(train, {"--gradient_accumulation_steps", "2"}), {"called --accumulate"}},
         {with(train, {"--warmup_steps", "10"}), {"called --warmup"}},
         {with(train, {"--mlm_probability", ".15"}), {"called --mask-fraction"}},
         {with(train, {"--save_steps", "10"}), {"called --save-every"}},
         {with(classify, {"--label_col", "y"}), {"called --label-column"}},
         {with(classify, {"--freeze-backbone"}), {"--train heads"}},
         {with(classify, {"--lora_rank", "8"}), {"called --lora-r"}},
         {with(score, {"--dms-input", "v.csv"}), {"called --variants"}},
         {with(score, {"--offset-idx", "24"}), {"called --offset"}},
         {with(score, {"--scoring-strategy", "wt-marginals"}), {"called --method"}},
         {{"fill-mask", "MKT", "--topk", "3"}, {"called --top-k"}},
         {{"contacts", "small.fasta", "--pdb", "x.pdb"}, {"called --structure"}},
         {{"project", "x.h5", "--color_by", "y"}, {"called --colour-by"}},
         {{"search", "query", "x.index", "--top", "3"}, {"called --neighbours"}}});
}

TEST_F(Messages, AModelWithoutItsFlagIsTold) {
  check({{{"convert", "groel-5m", "--dtype", "int8", "-o", "out"}, {"a model is given with -m"}},
         {{"info", "-m", "groel-5m"}, {"the model needs no flag: groel info MODEL"}},
         {{"info", "--model", "groel-5m"}, {"the model needs no flag: groel info MODEL"}}});
}

TEST_F(Messages, OptionsThatGoWithAnotherVerbAreNamed) {
  check({{{"train", "mlm", "--data", "small.fasta", "--output", "run", "--label-column", "y"},
          {"no option of `groel train mlm`", "classify, residues"}},
         {{"train", "classify", "--data", "t.csv", "--from", "groel-5m", "--output", "run", "--mask-fraction", ".1"},
          {"no option of `groel train classify`", "it goes with mlm"}},
         {{"evaluate", "mlm", "--data", "small.fasta", "--label-column", "y"}, {"`groel evaluate mlm`"}},
         {{"search", "index", "x.h5", "-o", "x.index", "--ids", "a"}, {"`groel search index`", "it goes with query"}}});
}

TEST_F(Messages, ValuesOfOtherProgramsNameOurs) {
  const std::vector<std::string> embed{"embed", "small.fasta", "-o", "x.h5"};
  check({{with(embed, {"--include", "per_tok"}), {"'per_tok' is called 'per-residue'"}},
         {with(embed, {"--include", "bos"}), {"'bos' is called 'cls'"}},
         {with(embed, {"--dtype", "float32"}), {"'float32' is called 'f32'"}},
         {with(embed, {"--dtype", "fp16"}), {"'fp16' is called 'bf16'"}},
         {with(embed, {"--include", "mean", "per_tok"}), {"a list is one word", "--include mean,per-residue"}},
         {with(embed, {"--layers", "0", "3"}), {"a list is one word", "--layers 0,3"}},
         {{"train", "mlm", "--data", "small.fasta", "many/a.fasta", "--output", "run"},
          {"a list is one word", "--data small.fasta,many/a.fasta"}}});
}

TEST_F(Messages, WordsInTheWrongPlaceAreNamed) {
  check({{{"embed", "-i", "small.fasta", "-o", "x.h5"}, {"-i is --include", "groel embed small.fasta"}},
         {{"embed", "small.fasta", "-output", "x.h5"}, {"two dashes", "--output"}},
         {{"embed", "small.fasta", "-o", "x.h5", "-max_tokens", "9"}, {"two dashes", "--max-tokens"}},
         {{"embed", "small.fasta", "-o"}, {"--output: needs a value"}},
         {{"embed", "small.fasta", "--layers", "--overwrite"}, {"--layers: needs a value"}},
         {{"embed", "small.fasta"}, {"no output named", "-o out.h5"}},
         {{"small.fasta"}, {"the command comes first", "groel embed small.fasta"}},
         {{"--layers", "3"}, {"a command comes first"}}});
}

TEST_F(Messages, NamesThatAreNotThereNameNearOnes) {
  check({{{"embed", "smal.fasta", "-o", "x.h5"}, {"did you mean 'small.fasta'?"}, 3},
         {{"embed", "small.fa", "-o", "x.h5"}, {"did you mean 'small.fasta'?"}, 3},
         {{"embed", "small", "-o", "x.h5"}, {"did you mean 'small.fasta'?"}, 3},
         {{"embed", "many/A.fasta", "-o", "x.h5"}, {"did you mean 'many/a.fasta'?"}, 3},
         {{"embed", "mani/a.fasta", "-o", "x.h5"}, {"there is no folder 'mani'", "did you mean 'many'?"}, 3},
         {{"score", "small.fasta", "--variants", "score.csv"}, {"did you mean 'scores.csv'?"}, 3},
         {{"fill-mask", "small.fasta", "--record", "P2", "--position", "3"}, {"did you mean P1?"}, 3},
         {{"fill-mask", "small.fasta", "--record", "albumin", "--position", "3"}, {"sp|P1|ONE_HUMAN"}, 3},
         {{"embed", "small.fasta", "-o", "nowhere/x.h5"}, {"no such folder"}, 3},
         {{"embed", "quite-another.fasta", "-o", "x.h5"}, {"there are 'small.fasta'"}, 3},
         {{"embed", "small.fasta", "-o", "x.h5", "-m", "empty"}, {"config.json", "`groel models`"}, 3},
         {{"info"}, {"MODEL is missing", "for example: groel info groel-5m"}},
         {{"tokens", "--record", "P1"}, {"no input to take a record of"}}});
}

TEST_F(Messages, FoldersAndSequencesAsInput) {
  check({{{"embed", "many", "-o", "x.h5"}, {"this is a folder", "many/*.fasta (2 files)", "many/*.faa.gz (1 file)"}, 4},
         {{"embed", "empty", "-o", "x.h5"}, {"this is a folder", "no files of sequences"}, 4},
         {{"embed", "MKTAYIAKQRQISFVKSHFSRQ", "-o", "a.npz"},
          {"is read as a sequence", "1 record, 1 distinct sequence"},
          0},
         {{"embed", "mktayiakqrqisfvkshfsrq", "-o", "b.npz"}, {"is read as a sequence", "22 lower-case letters"}, 0}});
}

TEST_F(Messages, CommandsOfOtherProgramsNameOurs) {
  check({{{"extract", "small.fasta"}, {"no command 'extract'", "groel embed"}},
         {{"esm-extract", "m", "small.fasta", "out"}, {"groel embed"}},
         {{"inference", "small.fasta"}, {"groel predict"}},
         {{"mask", "MKT"}, {"groel fill-mask"}},
         {{"mutate", "small.fasta"}, {"groel score"}},
         {{"umap", "x.h5"}, {"groel project"}},
         {{"cluster", "x.h5"}, {"does not cluster", "groel project"}},
         {{"finetune", "x.csv"}, {"groel train classify"}},
         {{"download", "esm2"}, {"groel pull esm2-650m"}},
         {{"fold", "small.fasta"}, {"structures need a folder", "give --output DIR"}, 2},
         {{"fill_mask", "MKT"}, {"did you mean 'fill-mask'?"}},
         {{"embd", "small.fasta"}, {"did you mean 'embed'?"}},
         {{"help", "embd"}, {"did you mean 'embed'?"}},
         {{"zzzzzzzzz"}, {"`groel help` lists all"}}});
}

TEST_F(Messages, RemediesAreQuotedForTheShell) {
  GROEL_NEEDS_PICTURES();
  write_file(folder_ / "two.fasta", ">sp|P1|A one\nMKTAYI\n>it's <b>\nMKTAYIV\n");
  check({{{"attention", "two.fasta"}, {"--record 'sp|P1|A'"}},
         {{"score", "two.fasta", "--scan"}, {"--record 'sp|P1|A'"}},
         {{"fill-mask", "two.fasta", "--all", "--picture", "p.svg"}, {"--record 'sp|P1|A'"}},
         {{"fill-mask", "MKTAYI"}, {"'<mask>'", "--position", "--all"}, 1}});
}

TEST_F(Messages, RemediesFitTheOptionsGiven) {
  GROEL_NEEDS_PICTURES();
  const Outcome standing = run({"score", "small.fasta", "--scan", "-o", "scores.csv"});
  EXPECT_TRUE(standing.says("add --overwrite")) << standing;
  write_file(folder_ / "there.svg", "x");
  EXPECT_TRUE(run({"tokens", "--picture", "there.svg"}).says("--overwrite"));
  // Neither --window nor --max-tokens are options of contacts or attention.
  const Outcome memory = run({"attention", "small.fasta", "--memory", "20M"});
  EXPECT_EQ(memory.exit, 7) << memory;
  EXPECT_FALSE(memory.says("--window")) << memory;
  EXPECT_FALSE(memory.says("--max-tokens")) << memory;
}

TEST_F(Messages, MasksOfOtherProgramsAreReadAndSaid) {
  const Outcome expected = run({"fill-mask", "MKTAY<mask>AKQRQISFVK"});
  ASSERT_EQ(expected.exit, 0) << expected;
  for (const char* spelling : {"[MASK]", "<MASK>", "[mask]", "_", "?"}) {
    const Outcome outcome = run({"fill-mask", std::string("MKTAY") + spelling + "AKQRQISFVK"});
    EXPECT_EQ(outcome.out, expected.out) << spelling << outcome;
    EXPECT_TRUE(outcome.says("1 sign ([MASK], _ or ?) read as <mask>")) << spelling << outcome;
  }
  const Outcome lower = run({"fill-mask", "mktay<mask>akqrqisfvk"});
  EXPECT_EQ(lower.out, expected.out) << lower;
  EXPECT_TRUE(lower.says("15 lower-case letters read as upper case")) << lower;
}

TEST_F(Messages, OneIsNotMany) {
  const Outcome one = run({"embed", "small.fasta", "-o", "one.h5"});
  EXPECT_TRUE(one.says("1 record, 1 distinct sequence\n")) << one;
  EXPECT_TRUE(one.says("wrote 1 record to")) << one;
  const Outcome two = run({"embed", "small.fasta", "small.fasta", "-o", "two.h5"});
  EXPECT_TRUE(two.says("2 records, 1 distinct sequence\n")) << two;
}

TEST_F(Messages, HelpIsFoundHoweverItIsAskedFor) {
  const std::string all = run({"--help"}).out;
  for (const auto& arguments : std::vector<std::vector<std::string>>{{}, {"help"}, {"-h"}, {"-q", "--help"}})
    EXPECT_EQ(run(arguments).out, all);
  const std::string embed = run({"embed", "--help"}).out;
  EXPECT_NE(embed.find("--include"), std::string::npos) << embed;
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"help", "embed"},
                                                                     {"embed", "-h"},
                                                                     {"embed", "help"},
                                                                     {"embed", "x", "--help"},
                                                                     {"--help", "embed"},
                                                                     {"-q", "-h", "embed"}})
    EXPECT_EQ(run(arguments).out, embed);
  const std::string version = run({"--version"}).out;
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"-v"}, {"-V"}, {"version"}})
    EXPECT_EQ(run(arguments).out, version);
}

TEST_F(Messages, HelpOfAVerbShowsWhatGoesWithIt) {
  const std::string classify = run({"train", "classify", "--help"}).out;
  EXPECT_NE(classify.find("--label-column"), std::string::npos) << classify;
  EXPECT_EQ(classify.find("--mask-fraction"), std::string::npos) << classify;
  EXPECT_EQ(run({"help", "train", "classify"}).out, classify);
  const std::string mlm = run({"help", "train", "mlm"}).out;
  EXPECT_NE(mlm.find("--mask-fraction"), std::string::npos) << mlm;
  EXPECT_EQ(mlm.find("--label-column"), std::string::npos) << mlm;
  const std::string general = run({"train", "--help"}).out;
  for (const char* text : {"mlm", "classify", "residues", "groel help train mlm", "--data"})
    EXPECT_NE(general.find(text), std::string::npos) << general;
  EXPECT_LT(std::count(general.begin(), general.end(), '\n'), 50) << general;
}

}  // namespace
}  // namespace groel::testing
