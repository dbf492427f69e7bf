// groel curves: training runs as table, JSON and picture.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "support/files.h"
#include "support/pictures.h"
#include "support/program.h"

namespace groel::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// A run that was interrupted after step 20 and logged it again.
std::string run_folder(const TemporaryFolder& work, const std::string& name) {
  const std::string folder = work / name;
  std::filesystem::create_directory(folder);
  write_file(folder + "/metrics.jsonl",
             "{\"step\":10,\"epoch\":0.5,\"loss\":3.0,\"lr\":0.001,\"tokens_per_second\":1234.4}\n"
             "{\"step\":20,\"epoch\":1,\"loss\":9.0,\"lr\":0.001}\n"
             "{\"step\":20,\"epoch\":1,\"loss\":2.5,\"lr\":0.0005}\n"
             "{\"step\":20,\"epoch\":1,\"eval_loss\":2.75,\"eval_accuracy\":0.125,\"eval_targets\":90}\n");
  return folder;
}

TEST(Curves, TableOfOneRun) {
  const TemporaryFolder work;
  const Outcome shown = groel({"curves", run_folder(work, "one")});
  EXPECT_EQ(shown.exit, 0) << shown;
  EXPECT_THAT(shown.out, HasSubstr("step     epoch         loss           lr     held-out     accuracy     tokens/s"));
  EXPECT_THAT(shown.out, HasSubstr("10      0.50       3.0000     1.00e-03                                   1234"));
  EXPECT_THAT(shown.out, HasSubstr("20      1.00       2.5000     5.00e-04       2.7500       0.1250"));
}

TEST(Curves, JsonAndPicturesOfTwoRuns) {
  GROEL_NEEDS_PICTURES();
  const TemporaryFolder work;
  const std::string picture = work / "loss.svg";
  const Outcome shown =
      groel({"curves", run_folder(work, "one"), run_folder(work, "two"), "--json", "--picture", picture});
  EXPECT_EQ(shown.exit, 0) << shown;
  const json runs = json::parse(shown.out)["runs"];
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[1]["run"], "two");
  EXPECT_EQ(runs[1]["points"][1]["eval_loss"], 2.75);
  EXPECT_THAT(read_file(picture), HasSubstr("two, held out"));
  EXPECT_THAT(read_file(picture + ".csv"), HasSubstr("\"one, training\",,20,2.5\n"));
  const Outcome scores = groel({"curves", work / "one", "--picture", work / "scores.svg", "--show", "scores"});
  EXPECT_EQ(scores.exit, 0) << scores;
  EXPECT_THAT(read_file(work / "scores.svg.csv"), HasSubstr("accuracy,,20,0.125\n"));
}

TEST(Curves, WhatIsWrongIsSaid) {
  GROEL_NEEDS_PICTURES();
  const TemporaryFolder work;
  const std::string folder = run_folder(work, "one");
  const Outcome nowhere = groel({"curves", work / "none"});
  EXPECT_EQ(nowhere.exit, exit_code(ErrorKind::not_found)) << nowhere;
  EXPECT_THAT(nowhere.err, HasSubstr("none/metrics.jsonl"));
  const Outcome odd = groel({"curves", folder, "--picture", work / "loss.gif"});
  EXPECT_EQ(odd.exit, exit_code(ErrorKind::usage)) << odd;
  EXPECT_THAT(odd.err, HasSubstr(".svg, .png or .html"));
  write_file(folder + "/metrics.jsonl", "{\"step\":10}\n{\"loss\":\n");
  const Outcome torn = groel({"curves", folder});
  EXPECT_EQ(torn.exit, exit_code(ErrorKind::bad_input)) << torn;
  EXPECT_THAT(torn.err, HasSubstr("metrics.jsonl:2"));
}

}  // namespace
}  // namespace groel::testing
