// Variants in every notation, what they make of a sequence, and what is refused.
#include "bio/variants.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace groel::bio {
namespace {

const std::string kWild = "MAGKDE";

std::string made(const std::string& text, const std::string& wild_type = kWild) {
  const Variant variant = parse_variant(text);
  check_variant(variant, wild_type);
  return apply_variant(variant, wild_type);
}

std::string refusal(const std::string& text) {
  try {
    return "made " + made(text);
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Variants, Substitutions) {
  EXPECT_EQ(made("M1A"), "AAGKDE");
  EXPECT_EQ(made("m1a"), "AAGKDE");
  EXPECT_EQ(made("D5A:K4R"), "MAGRAE");
  EXPECT_EQ(made("D5A,K4R"), "MAGRAE");
  EXPECT_EQ(made(" D5A; K4R "), "MAGRAE");
  EXPECT_EQ(made("p.Met1Ala"), "AAGKDE");
  EXPECT_EQ(made("p.(Met1Ala)"), "AAGKDE");
  EXPECT_EQ(made("p.[Met1Ala;Lys4Arg]"), "AAGRDE");
  EXPECT_EQ(made("p.M1A:p.K4R"), "AAGRDE");
  EXPECT_EQ(made("NP_000198.1:p.Met1Ala"), "AAGKDE");
  EXPECT_EQ(made("p.Met1="), kWild);
  for (const char* wild : {"", "WT", "wt", "_wt", "p.=", "wild-type"}) EXPECT_EQ(made(wild), kWild) << wild;
}

TEST(Variants, Indels) {
  EXPECT_EQ(made("K4del"), "MAGDE");
  EXPECT_EQ(made("p.Gly3_Asp5del"), "MAE");
  EXPECT_EQ(made("A2_G3insWY"), "MAWYGKDE");
  EXPECT_EQ(made("p.Lys4delinsTrpVal"), "MAGWVDE");
  EXPECT_EQ(made("A2_G3insSERV"), "MASERVGKDE");
  EXPECT_EQ(made("A2_G3insSerVal"), "MASVGKDE");
  EXPECT_EQ(made("MET1ALA"), "AAGKDE");
  EXPECT_EQ(made("A2_G3dup"), "MAGAGKDE");
  EXPECT_EQ(made("M1del:K4R:D5_E6insW"), "AGRDWE");
  EXPECT_EQ(made("G3W:G3_K4insQ"), "MAWQKDE") << "an insertion behind a changed residue";
  EXPECT_TRUE(parse_variant("K4del").changes_length());
  EXPECT_TRUE(parse_variant("A2_G3insW").changes_length());
  EXPECT_FALSE(parse_variant("K4delinsR").changes_length());
  EXPECT_FALSE(parse_variant("K4delinsR").only_substitutions());
  EXPECT_FALSE(parse_variant("K4R").changes_length());
}

TEST(Variants, Shift) {
  Variant variant = parse_variant("K27R:D28_E29del");
  shift(variant, 23);
  check_variant(variant, kWild);
  EXPECT_EQ(apply_variant(variant, kWild), "MAGR");
}

TEST(Variants, RefusalsSayWhy) {
  EXPECT_NE(refusal("A1G").find("residue 1 is M, not A"), std::string::npos) << refusal("A1G");
  EXPECT_NE(refusal("M0A").find("position 0 lies outside the sequence (1 to 6)"), std::string::npos);
  EXPECT_NE(refusal("M7A").find("outside"), std::string::npos);
  EXPECT_NE(refusal("K4_E9del").find("outside"), std::string::npos);
  EXPECT_NE(refusal("K4A:K4R").find("position 4 is changed twice"), std::string::npos);
  EXPECT_NE(refusal("A2_K4del:A2_G3insW").find("inside another change"), std::string::npos);
  EXPECT_NE(refusal("M1_E6del").find("deletes the whole sequence"), std::string::npos);
  EXPECT_NE(refusal("p.Lys4Ter").find("stops or shifts"), std::string::npos);
  EXPECT_NE(refusal("p.Lys4fs").find("stops or shifts"), std::string::npos);
  EXPECT_NE(refusal("p.Lys4delinsTer").find("stops or shifts"), std::string::npos);
  EXPECT_NE(refusal("K4*").find("stops or shifts"), std::string::npos);
  EXPECT_NE(refusal("p.[Met1Ala];[Lys4Arg]").find("two alleles"), std::string::npos)
      << refusal("p.[Met1Ala];[Lys4Arg]");
  for (const char* bad : {"1A", "M", "M1", "M1AA", "M1A:", "M1A B", "K4_M1del", "M99999999999A", "A2_K4insW", "K4ins",
                          "A2_G3R", "hello", "M1A::K4R", "é1A"})
    EXPECT_NE(refusal(bad).find("is not a variant"), std::string::npos) << bad << ": " << refusal(bad);
}

}  // namespace
}  // namespace groel::bio
