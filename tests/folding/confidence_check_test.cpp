// Summaries recomputed from the other files of a prediction.
#include "folding/confidence_check.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/compress.h"
#include "support/errors.h"
#include "support/files.h"

namespace groel::folding {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using testing::read_file;
using testing::write_file;

const fs::path kDimer = fs::path(GROEL_TEST_DATA) / "af3-features/confidences/conf_dimer_output";

std::vector<ResultPaths> results_of(const fs::path& folder) {
  std::vector<std::string> notes;
  return find_results(folder, notes);
}

std::vector<std::string> differing(const std::vector<ConfidenceCheck>& checks) {
  std::vector<std::string> out;
  for (const ConfidenceCheck& one : checks)
    if (!one.agrees()) out.push_back(one.value + (one.of.empty() ? "" : " " + one.of));
  return out;
}

// A copy of one sample of the dimer, to be changed.
class ASample : public ::testing::Test {
 protected:
  ASample() { fs::copy(kDimer / "seed-1_sample-0", work_.path() / "seed-1_sample-0"); }
  fs::path file(const std::string& kind) const {
    return work_.path() / "seed-1_sample-0" / ("conf_dimer_seed-1_sample-0_" + kind);
  }
  void set(const std::string& kind, const std::string& at, const nlohmann::json& value) const {
    auto json = nlohmann::json::parse(read_file(file(kind)));
    json[nlohmann::json::json_pointer(at)] = value;
    write_file(file(kind), json.dump());
  }
  std::vector<std::string> check() const { return differing(check_confidences(results_of(work_.path()).at(0), {})); }
  testing::TemporaryFolder work_;
};

TEST(ConfidenceCheck, WhatAlphaFold3WroteAgrees) {
  const std::vector<ResultPaths> all = results_of(kDimer);
  ASSERT_EQ(all.size(), 9U);
  const std::vector<WrittenScore> scores = read_ranking_scores(kDimer);
  EXPECT_EQ(scores.size(), 8U);
  for (const ResultPaths& one : all) {
    const auto checks = check_confidences(one, listed_score(scores, one.name));
    EXPECT_THAT(differing(checks), ElementsAre()) << one.name;
    EXPECT_EQ(checks.size(), 7U + 2 * 16 + 2 * 4);
  }
}

TEST_F(ASample, ValuesThatDoNotFollowAreNamed) {
  EXPECT_THAT(check(), ElementsAre());
  set("summary_confidences.json", "/has_clash", 1.0);
  set("summary_confidences.json", "/fraction_disordered", 0.4);
  set("summary_confidences.json", "/chain_pair_iptm/0/1", 0.9);
  set("summary_confidences.json", "/chain_pair_pae_min/1/0", 0.9);
  set("summary_confidences.json", "/chain_pair_pae_min/1/1", nullptr);
  set("summary_confidences.json", "/ptm", 0.05);
  EXPECT_THAT(check(), ElementsAre("has_clash", "fraction_disordered", "chain_pair_iptm A-B", "chain_pair_pae_min B-A",
                                   "chain_pair_pae_min B-B", "chain_iptm A", "ptm", "ranking_score"));
}

TEST_F(ASample, ABFactorThatIsNotThePlddtIsNoticed) {
  set("confidences.json", "/atom_plddts/5", 12.0);
  EXPECT_THAT(check(), ElementsAre("atoms whose B factor is their pLDDT"));
}

TEST_F(ASample, OfALigandAnyOfItsTokensMayLackAFrame) {
  set("summary_confidences.json", "/chain_pair_pae_min/2/2", nullptr);  // glycerol
  set("summary_confidences.json", "/chain_pair_pae_min/2/0", 28.0);     // larger than the least of all its rows
  EXPECT_THAT(check(), ElementsAre());
}

TEST_F(ASample, TheTableOfScoresCounts) {
  write_file(work_ / "ranking_scores.csv", "seed,sample,ranking_score\r\n1,0,0.9\r\n");
  const auto scores = read_ranking_scores(work_.path());
  EXPECT_EQ(listed_score(scores, "seed-1_sample-0"), 0.9);
  EXPECT_EQ(listed_score(scores, "a-job"), 0.9);
  EXPECT_EQ(listed_score(scores, "seed-2_sample-0"), std::nullopt);
  EXPECT_THAT(differing(check_confidences(results_of(work_.path()).at(0), 0.9)),
              ElementsAre("ranking_score of the table"));
  write_file(work_ / "ranking_scores.csv", "seed,sample,ranking_score\n1,0,x\n");
  EXPECT_THAT(error_of([&] { read_ranking_scores(work_.path()); }).what(), HasSubstr("ranking_scores.csv:2"));
}

TEST_F(ASample, FilesThatAreDamagedOrMissingAreNamed) {
  set("confidences.json", "/pae/3/2", "x");
  EXPECT_THAT(error_of([&] { check(); }).what(), HasSubstr("'pae' is no matrix of 58 by 58 numbers"));
  set("confidences.json", "/atom_plddts", nlohmann::json::array());
  EXPECT_EQ(error_of([&] { check(); }).kind(), ErrorKind::bad_input);
  write_file(file("confidences.json"), read_file(kDimer / "seed-1_sample-0" / file("confidences.json").filename()));
  set("confidences.json", "/token_chain_ids/0", "Z");
  EXPECT_THAT(error_of([&] { check(); }).what(), HasSubstr("a token is of the chain 'Z'"));
  write_file(file("confidences.json"), "{\"pae\": ");
  EXPECT_EQ(error_of([&] { check(); }).kind(), ErrorKind::bad_input);
  fs::remove(file("summary_confidences.json"));
  std::vector<std::string> notes;
  const Error none = error_of([&] { find_results(work_.path(), notes); });
  EXPECT_EQ(none.kind(), ErrorKind::not_found);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("has no summary_confidences.json beside it")));
  EXPECT_EQ(error_of([&] { find_results(work_.path() / "nowhere", notes); }).kind(), ErrorKind::not_found);
}

TEST_F(ASample, ASummaryWithoutAValueSaysWhich) {
  auto json = nlohmann::json::parse(read_file(file("summary_confidences.json")));
  json.erase("ptm");
  write_file(file("summary_confidences.json"), json.dump());
  EXPECT_THAT(error_of([&] { check(); }).what(), HasSubstr("/ptm is missing"));
}

TEST(ConfidenceCheck, ServersNamesAndCompressedFilesAreFound) {
  const testing::TemporaryFolder work;
  const auto from = [&](const char* kind) {
    return read_file(kDimer / "seed-1_sample-0" / ("conf_dimer_seed-1_sample-0_" + std::string(kind)));
  };
  write_file(work / "fold_x_model_0.cif", from("model.cif"));
  write_file(work / "fold_x_full_data_0.json.zst", compressed(from("confidences.json"), Compression::zstd));
  write_file(work / "fold_x_summary_confidences_0.json", from("summary_confidences.json"));
  EXPECT_THAT(differing(check_confidences(results_of(work.path()).at(0), {})), ElementsAre());
}

}  // namespace
}  // namespace groel::folding
