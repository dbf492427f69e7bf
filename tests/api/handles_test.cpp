// The public classes give what the command line gives, report to their session, and end with it.
#include <groel/groel.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "support/errors.h"
#include "support/files.h"
#include "support/program.h"

namespace groel {
namespace {

using testing::error_of;

const std::string kFolder = GROEL_TEST_DATA "/esm2-tiny";
const std::string kUbiquitin = "MQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEGIPPDQQRLIFAGKQL";

TEST(MaskFiller, FillsEveryMask) {
  const Model model = Model::load(kFolder);
  const auto filled = MaskFiller(model)("MQI<mask>VK<mask>L", 3);
  ASSERT_EQ(filled.size(), 2U);
  EXPECT_EQ(filled[0].position, 4);
  EXPECT_EQ(filled[1].position, 7);
  for (const FilledMask& one : filled) {
    ASSERT_EQ(one.choices.size(), 3U);
    EXPECT_GE(one.choices[0].probability, one.choices[1].probability);
    EXPECT_GE(one.choices[1].probability, one.choices[2].probability);
  }
  double sum = 0;
  const auto all = MaskFiller(model)("MQI<mask>VK", 20);
  ASSERT_EQ(all.front().choices.size(), 20U);
  for (const MaskChoice& choice : all.front().choices) sum += choice.probability;
  EXPECT_NEAR(sum, 1, 1e-9);
  const MaskFiller filler(model);
  EXPECT_EQ(error_of([&] { filler("MQIFVK"); }).kind(), ErrorKind::bad_input);
}

TEST(VariantScorer, ScoresAsLogitsSay) {
  const Model model = Model::load(kFolder);
  const std::vector<std::string> variants{"M1A", "M1M", "Q2K:V5L"};
  const auto scores = VariantScorer(model, Scoring::wt_marginals)(kUbiquitin, variants);
  ASSERT_EQ(scores.size(), 3U);
  EXPECT_EQ(scores[1], 0);
  const Array logits = model.embed(kUbiquitin, {.outputs = {Output::logits}}).at(Output::logits);
  const auto at = [&](std::int64_t residue, const char* letter) {
    return static_cast<double>(logits.values()[static_cast<std::size_t>((residue - 1) * 33 + model.tokens(letter)[1])]);
  };
  EXPECT_NEAR(scores[0], at(1, "A") - at(1, "M"), 1e-5);
  EXPECT_NEAR(scores[2], at(2, "K") - at(2, "Q") + at(5, "L") - at(5, "V"), 1e-5);
  EXPECT_NE(VariantScorer(model)(kUbiquitin, variants)[0], scores[0]);
  const std::vector<std::string> wrong{"M1A", "K2A"};
  const Error error = error_of([&] { VariantScorer{model}(kUbiquitin, wrong); });
  EXPECT_EQ(error.kind(), ErrorKind::bad_input);
  EXPECT_NE(std::string(error.what()).find("K2A"), std::string::npos) << error.what();
}

TEST(ContactFinder, IsAnEmbedderOfContacts) {
  const Model model = Model::load(kFolder);
  const Array contacts = ContactFinder(model)(kUbiquitin);
  EXPECT_EQ(contacts.shape(), (std::vector<std::int64_t>{50, 50}));
  const Array same = model.embed(kUbiquitin, {.outputs = {Output::contacts}}).at(Output::contacts);
  EXPECT_TRUE(std::ranges::equal(contacts.values(), same.values()));
  const Error error = error_of([] { ContactFinder(Model::load(GROEL_TEST_DATA "/esmc-tiny")); });
  EXPECT_EQ(error.kind(), ErrorKind::unsupported);
}

class Listener final : public Sink {
 public:
  void progress(const Progress& progress) override {
    ++calls;
    last = progress.done;
    if (after) after();
  }
  int calls = 0;
  std::int64_t last = 0;
  std::function<void()> after;
};

TEST(Session, HearsOfProgressAndCancels) {
  Listener listener;
  Session session({.threads = 2, .sink = &listener});
  const Model model = Model::load(kFolder, Dtype::f32, session);
  const std::vector<std::string> sequences(40, std::string(400, 'A'));
  EXPECT_EQ(model.embed(sequences).size(), 40U);
  EXPECT_GT(listener.calls, 1);
  EXPECT_EQ(listener.last, 40);
  listener.after = [&] { session.cancel(); };
  listener.calls = 0;
  EXPECT_EQ(error_of([&] { model.embed(sequences); }).kind(), ErrorKind::interrupted);
  EXPECT_EQ(listener.calls, 1) << "went on after it was cancelled";
  EXPECT_EQ(error_of([&] { model.embed(sequences); }).kind(), ErrorKind::interrupted);
  listener.after = {};
  session.resume();
  EXPECT_EQ(model.embed(sequences).size(), 40U);
}

TEST(Session, LimitsMemory) {
  const Model model = Model::load(kFolder, Dtype::f32, Session({.memory = std::size_t{70} << 20}));
  EXPECT_EQ(error_of([&] { model.embed(std::string(20'000, 'A'), {.outputs = {Output::contacts}}); }).kind(),
            ErrorKind::memory);
}

TEST(Train, LeavesAModelThatLoads) {
  const testing::TemporaryFolder folder;
  const std::string data =
      testing::write_file(folder / "in.fasta", ">a\n" + kUbiquitin + "\n>b\nMKTAYIAKQRQISFVKSHF\n");
  const TrainingSummary summary = train(
      {.data = {data}, .output = folder / "model", .from = kFolder, .more = {{"steps", "3"}, {"valid-fraction", "0"}}},
      Session({.threads = 1}));
  EXPECT_EQ(summary.steps, 3);
  EXPECT_FALSE(summary.loss);
  EXPECT_EQ(Model::load(summary.folder).description().layers, 3);
  EXPECT_EQ(error_of([&] {
              train({.data = {data}, .output = summary.folder, .more = {{"stepz", "3"}}});
            }).kind(),
            ErrorKind::usage);
}

TEST(ProteinGenerator, WritesWhatTheCommandWrites) {
  const Model model = Model::load("groel-writer");
  const ProteinGenerator writer(model);
  const GeneratorOptions options{.prompt = "M", .number = 3, .seed = 5, .max_residues = 40};
  const auto proteins = writer(options);
  ASSERT_EQ(proteins.size(), 3U);
  for (const GeneratedProtein& one : proteins) {
    EXPECT_EQ(one.sequence[0], 'M');
    EXPECT_LE(one.sequence.size(), 40U);
    EXPECT_EQ(one.token_ids.size(), one.log_probabilities.size());
    EXPECT_GT(one.perplexity, 1);
  }
  GeneratorOptions alone = options;
  alone.batch = 1;
  std::size_t at = 0;
  writer(alone, [&](GeneratedProtein one) { EXPECT_EQ(one.token_ids, proteins.at(at++).token_ids); });
  EXPECT_EQ(at, 3U);
  const auto command = testing::groel(
      {"generate", "-m", "groel-writer", "--prompt", "M", "-n", "3", "--seed", "5", "--length", ":40", "--json"});
  for (const GeneratedProtein& one : proteins)
    EXPECT_NE(command.out.find("\"" + one.sequence + "\""), std::string::npos) << command.out;
}

TEST(ProteinGenerator, SaysWhatItCannotDo) {
  const Model encoder = Model::load(kFolder);
  EXPECT_EQ(error_of([&] { ProteinGenerator{encoder}; }).kind(), ErrorKind::unsupported);
  const ProteinGenerator writer(Model::load("groel-writer"));
  EXPECT_EQ(error_of([&] { writer({.top_p = 0.0}); }).kind(), ErrorKind::usage);
  EXPECT_EQ(error_of([&] { writer({.number = 0}); }).kind(), ErrorKind::usage);
}

}  // namespace
}  // namespace groel
