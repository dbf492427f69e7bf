// groel doctor --quality: what faster forms of a model cost.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/program.h"

namespace groel::testing {
namespace {

using nlohmann::json;

TEST(DoctorQuality, ComparesEachFormWithF32) {
  const Outcome said = groel({"doctor", "groel-5m", "--quality", "--json"});
  ASSERT_EQ(said.exit, 0) << said;
  const json found = json::parse(said.out);
  ASSERT_EQ(found["forms"].size(), 5U);
  EXPECT_EQ(found["forms"][0]["form"], "f32");
  EXPECT_EQ(found["forms"][0]["agreement"], 1);
  EXPECT_EQ(found["forms"][0]["logits_error"], 0);
  const json& narrow = found["forms"][3];
  EXPECT_EQ(narrow["form"], "int8 weights");
  EXPECT_GT(narrow["logits_error"], 0);
  EXPECT_LT(narrow["logits_error"], 5e-2);
  EXPECT_GT(narrow["cosine"], 0.999);
  EXPECT_GT(narrow["spearman"], 0.99);
  EXPECT_LT(std::abs(narrow["perplexity_change"].get<double>()), 0.01);
  const json& whole = found["forms"][4];
  EXPECT_EQ(whole["form"], "int8");
  EXPECT_GT(whole["logits_error"], narrow["logits_error"]) << "inputs are rounded, too";
  EXPECT_LT(whole["logits_error"], 1.2e-2);
  EXPECT_LT(std::abs(whole["perplexity_change"].get<double>()), 0.003);
  EXPECT_GE(whole["agreement"], 0.998);
  EXPECT_GE(whole["cosine"], 0.9999);
  EXPECT_GT(found["forms"][0]["perplexity"], 5);
  EXPECT_LT(found["forms"][0]["perplexity"], 25);
}

TEST(DoctorQuality, SaysWhatItCannotCompare) {
  EXPECT_EQ(groel({"doctor", "groel-writer", "--quality"}).exit, 8);
  EXPECT_EQ(groel({"doctor", "--quality"}).exit, 2);
  EXPECT_EQ(groel({"doctor", "groel-5m"}).exit, 2);
}

}  // namespace
}  // namespace groel::testing
