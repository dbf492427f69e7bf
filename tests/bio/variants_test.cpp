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
  EXPECT_EQ(made("G3W:G3_K4insQ"), "MAWQKDE") << "an insertion after a changed residue";
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
  EXPECT_NE(refusal("p.[Met1Ala];[Lys4Arg]").find("two alleles"), std::string::npos)
      << refusal("p.[Met1Ala];[Lys4Arg]");
  for (const char* bad : {"1A", "M", "M1", "M1AA", "M1A:", "M1A B", "K4_M1del", "M99999999999A", "A2_K4insW", "K4ins",
                          "A2_G3R", "hello", "M1A::K4R", "é1A"})
    EXPECT_NE(refusal(bad).find("is not a variant"), std::string::npos) << bad << ": " << refusal(bad);
}

TEST(Variants, SeparatorsAndSpaces) {
  for (const char* text : {"D5A:K4R",
                           "D5A;K4R",
                           "D5A,K4R",
                           "D5A, K4R",
                           "D5A/K4R",
                           "D5A / K4R",
                           "D5A+K4R",
                           "D5A|K4R",
                           "D5A&K4R",
                           "D5A_K4R",
                           "D5A-K4R",
                           "D5A K4R",
                           "D5A  K4R",
                           "D5A\tK4R",
                           "D5A and K4R",
                           "[D5A;K4R]",
                           "D 5 A K 4 R",
                           "DA5A,KA4R;",
                           "\"D5A:K4R\"",
                           "d5a:k4r",
                           "Asp5Ala Lys4Arg",
                           "asp5ala_lys4arg",
                           "ASP5ALA/LYS4ARG",
                           "D5\xE2\x86\x92"
                           "A:K4R",
                           "D5>A:K4->R",
                           "D5A\xC2\xA0K4R",
                           "p.[Asp5Ala;Lys4Arg]",
                           "p.[(Asp5Ala;Lys4Arg)]",
                           "NP_000198.1:p.[Asp5Ala;Lys4Arg]",
                           "D5A\xE2\x80\x93K4R"})
    EXPECT_EQ(made(text), "MAGRAE") << text;
}

TEST(Variants, HgvsOfDatabases) {
  for (const char* text :
       {"ENSP00000269305.4:p.Met1Ala", "TP53:p.M1A", "TP53:p.Met1Ala", "P04637:p.Met1Ala", "Q9Y6K9:p.Met1Ala",
        "NM_000546.6(TP53):c.1A>G (p.Met1Ala)", "NM_000546.6:c.1A>G(p.Met1Ala)", "NM_1.1:NP_1.2:p.(Met1Ala)",
        "P.Met1Ala", "p.met1ala", "(p.Met1Ala)", "MT1A:p.Met1Ala", "H2AX:p.Met1Ala", "MT1A:p.M1A"})
    EXPECT_EQ(made(text), "AAGKDE") << text;
  for (const char* text : {"p.=", "p.(=)", "NP_000537.3:p.=", "_wt", "_sy", "WT", "p.Met1=", "p.(Met1=)",
                           "M1=", "ENSP00000269305.4:p.Met1%3D", "M1M"})
    EXPECT_EQ(made(text), kWild) << text;
}

TEST(Variants, DeletionsAsOthersWriteThem) {
  for (const char* text :
       {"K4del", "K4-", "delK4", "\xCE\x94K4", "\xE2\x88\x86K4", "p.Lys4del", "K4delK", "p.Lys4delLys", "p.(Lys4del)"})
    EXPECT_EQ(made(text), "MAGDE") << text;
  EXPECT_EQ(made("K4-:M1A"), "AAGDE");
  EXPECT_EQ(made("p.Ala2_Gly3delinsVal"), "MVKDE");
  EXPECT_EQ(made("p.Ala2_Gly3>Val"), "MVKDE");
  EXPECT_EQ(made("p.Lys4dupLys"), "MAGKKDE");
  EXPECT_EQ(made("K4_D5insW"), "MAGKWDE") << "an underscore after a number is a range";
  EXPECT_EQ(made("K4_D5insW_M1A"), "AAGKWDE") << "and after a change a separator";
}

TEST(Variants, ChainsAreNamedAndNotUsed) {
  EXPECT_EQ(parse_variant("MA1G").chain, 'A');
  EXPECT_EQ(parse_variant("MA1G;").chain, 'A');
  EXPECT_EQ(parse_variant("M1G").chain, 0);
  EXPECT_EQ(parse_variant("SE4A").edits.at(0).from_first, 'S') << "serine 4 of chain E";
  EXPECT_EQ(made("MA1A,KA4R"), "AAGRDE");
  EXPECT_NE(refusal("MA1A,KB4R").find("two chains"), std::string::npos) << refusal("MA1A,KB4R");
}

TEST(Variants, WhatCannotBeScoredIsNamed) {
  const auto expect = [](const std::string& text, const std::string& why) {
    try {
      parse_variant(text);
      ADD_FAILURE() << text << " was read";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::unsupported) << text << ": " << error.what();
      EXPECT_NE(std::string(error.what()).find(why), std::string::npos) << text << ": " << error.what();
    }
  };
  for (const char* stop : {"p.Lys4Ter", "p.Lys4*", "K4*", "p.K4*", "K4Ter", "p.(Lys4Ter)", "K4Stop", "p.Lys4delinsTer",
                           "p.Lys4delinsSerTer", "M1A:K4*", "NP_1.1:p.Lys4Ter", "A2_G3insS*"})
    expect(stop, "stops the protein");
  for (const char* shift : {"p.Lys4fs", "p.Lys4Profs*23", "p.Lys4ProfsTer23", "K4fs", "K4Pfs*2", "p.(Lys4fs)"})
    expect(shift, "shifts the frame");
  expect("K4X", "a stop in older notation");
  expect("p.K4X", "a stop in older notation");
  for (const char* end : {"p.Ter7LeuextTer9", "*7L", "p.*7Lext*9"}) expect(end, "a change of the stop");
  expect("p.Met1ext-5", "longer");
  expect("p.Met1Valext-12", "longer");
  expect("p.Met1?", "not known");
  expect("p.?", "not known");
  expect("p.0", "no protein is made");
  for (const char* dna : {"c.524G>A", "NM_000546.6:c.524G>A", "g.7577120C>T", "chr17:g.7577120C>T", "17-7577120-C-T",
                          "NC_000017.11:g.7675088C>T", "c.-12A>G", "n.5A>C"})
    expect(dna, "DNA or RNA");
  expect("rs28934578", "the name of a record");
  expect("p.[Met1Ala];[Lys4Arg]", "two alleles");
  expect("p.[Met1Ala(;)Lys4Arg]", "leaves open");
  expect("p.(Met1Ala^Val)", "alternatives");
}

TEST(Variants, LongTextsAreRefusedAsShortOnesAre) {
  EXPECT_NE(refusal(std::string(300'000, 'A')).find("is not a variant"), std::string::npos);
  EXPECT_NE(refusal(std::string(300'000, '.') + ":p.").find("is not a variant"), std::string::npos);
  EXPECT_NE(refusal("c." + std::string(300'000, '1')).find("is not a variant"), std::string::npos);
}

TEST(Variants, RefusalsHelp) {
  EXPECT_NE(refusal("12G").find("the residue of the wild type is missing"), std::string::npos) << refusal("12G");
  EXPECT_NE(refusal("A2").find("the new residue is missing"), std::string::npos) << refusal("A2");
  EXPECT_NE(refusal("p.Ala2").find("the new residue is missing"), std::string::npos);
  EXPECT_NE(refusal("S100aG").find("insertion code"), std::string::npos) << refusal("S100aG");
  for (const char* bad : {"M1AK4R", "M1A:", "M1A,,K4R", "M1A:p.", "A2 3G", "M1A/V", "A2insW", "p.", "A2[10]", "M1?A",
                          "p.Ala2_Gly3Val", "1", "-", "A-G", "A2_"})
    EXPECT_NE(refusal(bad).find("'"), std::string::npos) << bad << ": " << refusal(bad);
  EXPECT_EQ(refusal("M1AK4R").find("made "), std::string::npos) << refusal("M1AK4R");
}

}  // namespace
}  // namespace groel::bio
