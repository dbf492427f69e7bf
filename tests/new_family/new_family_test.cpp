// A family that nobody has seen: one file (parrot.cpp) and one line, and every command works with it.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "io/arrays.h"
#include "io/npz.h"
#include "support/program.h"

namespace groel::testing {
namespace {

const std::string kStability = GROEL_SOURCE_DIR "/examples/stability.csv";
const std::string kCrambin = GROEL_SOURCE_DIR "/examples/1CRN.cif";

void done(const std::vector<std::string>& arguments) {
  const Outcome outcome = groel(arguments);
  ASSERT_EQ(outcome.exit, 0) << arguments.front() << outcome;
}

// A model of the family, trained for some steps.
class NewFamily : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    done({"train", "mlm", "--data", kProteins, "--shape", "parrot-1M", "--steps", "3", "--output", model()});
  }
  static std::string model() {
    static const TemporaryFolder folder;
    return folder / "parrot";
  }
  const TemporaryFolder work_;
};

TEST(NewFamilies, AreAFileAndALine) {
  std::set<std::string> written;
  for (const auto& entry : std::filesystem::directory_iterator(GROEL_SOURCE_DIR "/tests/new_family"))
    written.insert(entry.path().filename());
  EXPECT_EQ(written, (std::set<std::string>{"CMakeLists.txt", "new_family_test.cpp", "parrot.cpp"}));
  EXPECT_NE(groel({"models", "--json"}).out.find("\"parrot\""), std::string::npos);
}

TEST_F(NewFamily, IsDescribed) {
  const nlohmann::json info = nlohmann::json::parse(groel({"info", model(), "--json"}).out);
  EXPECT_EQ(info["family"], "parrot");
  EXPECT_EQ(info["layers"], 4);
  EXPECT_EQ(info["parameters"], 4 * (256 + 4 * 128 * 128 + 4 * 128 + 2 * 512 * 128 + 512 + 128) + 2 * 33 * 128 + 256 +
                                    (128 * 128 + 128 + 256 + 33));
}

TEST_F(NewFamily, ReadsSequences) {
  const std::vector<std::vector<std::string>> commands{
      {"embed", kProteins, "--include", "mean,per-residue,logits", "--layers", "all", "-o", work_ / "all.npz"},
      {"fill-mask", "MKTAYI<mask>KQR"},
      {"score", "MKTAYIAKQR", "--variants", "M1A,K2R", "-o", work_ / "scores.csv"},
      {"perplexity", kProteins},
      {"logits", kProteins, "-o", work_ / "logits.npz"},
      {"attention", "MKTAYIAKQR", "-o", work_ / "maps.npz"},
      {"tokens", "-o", work_ / "tokens.csv"},
      {"fit-contacts", kCrambin, "--inverse-strength", "10", "-o", work_ / "fit"}};
  for (std::vector<std::string> command : commands) {
    command.insert(command.end(), {"-m", model()});
    done(command);
  }
  done({"contacts", "MKTAYIAKQRQISFVKSHFSRQ", "-m", work_ / "fit", "-o", work_ / "contacts.npz"});
}

// What a sequence gives does not depend on what else is in the batch, in both precisions.
TEST_F(NewFamily, IsBatchInvariant) {
  for (const char* const dtype : {"f32", "bf16"}) {
    for (const char* const tokens : {"64", "4096"})
      done({"embed", kProteins, "-m", model(), "--dtype", dtype, "--max-tokens", tokens, "-o",
            work_ / (std::string(dtype) + tokens + ".npz")});
    const auto means = [&](const char* tokens) {
      return io::read_npz(work_ / (std::string(dtype) + tokens + ".npz")).arrays.at("mean_4");
    };
    const io::Array small = means("64"), large = means("4096");
    EXPECT_TRUE(std::ranges::equal(small.bytes, large.bytes)) << dtype;
  }
}

TEST_F(NewFamily, IsTunedAndConverted) {
  const std::vector<std::string> classify{"train",          "classify", "--data",         kStability,
                                          "--from",         model(),    "--label-column", "stability",
                                          "--split-column", "set",      "--steps",        "3"};
  for (const std::vector<std::string>& how : {std::vector<std::string>{"--output", work_ / "all", "--checkpointing"},
                                              {"--output", work_ / "lora", "--lora-r", "4"},
                                              {"--output", work_ / "last", "--train", "last:1", "--dtype", "bf16"}}) {
    std::vector<std::string> arguments = classify;
    arguments.insert(arguments.end(), how.begin(), how.end());
    done(arguments);
    done({"evaluate", "classify", "-m", how[1], "--data", kStability, "--label-column", "stability"});
  }
  done({"convert", "-m", model(), "--to", "bf16", "-o", work_ / "half"});
  done({"perplexity", kProteins, "-m", work_ / "half"});
}

}  // namespace
}  // namespace groel::testing
