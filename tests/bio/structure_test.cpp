// Residues of a chain placed on a sequence.
#include "bio/structure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace groel::bio {
namespace {

using ::testing::HasSubstr;

// Residues with these numbers; each has its place in `seen` as its x.
Chain chain_of(const std::string& seen, const std::vector<int>& numbers) {
  Chain out{"A", {}, {}};
  for (std::size_t i = 0; i < seen.size(); ++i) {
    SeenResidue residue;
    residue.name = std::string("RES ") + std::to_string(numbers[i]);
    residue.letter = seen[i];
    residue.number = numbers[i];
    residue.site = Point{static_cast<double>(i), 0, 0};
    out.residues.push_back(residue);
  }
  return out;
}

// "0..12": which residue is at each place of the sequence.
std::string places(const Chain& chain, const std::string& sequence) {
  std::string out;
  for (const auto& site : place(chain, sequence)) out += site ? std::to_string(static_cast<int>((*site)[0])) : ".";
  return out;
}

TEST(Place, ByNumbersWithAShift) {
  EXPECT_EQ(places(chain_of("CDEF", {12, 13, 14, 15}), "ACDEFG"), ".0123.");
  EXPECT_EQ(places(chain_of("CDF", {-2, -1, 1}), "ACDEFG"), ".01.2.");
}

TEST(Place, NumbersDecideWhereLettersDoNot) {
  EXPECT_EQ(places(chain_of("AAA", {1, 2, 5}), "AAAAA"), "01..2");
  EXPECT_EQ(places(chain_of("AA", {3, 4}), "AAAAA"), "..01.");  // the smallest shift
}

TEST(Place, ByAlignmentWhereNumbersAreOfNoUse) {
  EXPECT_EQ(places(chain_of("CDFG", {7, 8, 9, 10}), "ACDEFG"), ".01.23");
  // The break of the numbers is where residues are left out: AC AC, not A CAC.
  Chain repeats = chain_of("ACAC", {1, 2, 10, 11});
  EXPECT_EQ(places(repeats, "GGACACACGG"), "..01..23..");
  repeats.residues[1].inserted = true;
  EXPECT_EQ(places(repeats, "GGACACACGG"), "..01..23..");
}

TEST(Place, UnknownAndModifiedResiduesAgreeWithAny) {
  Chain chain = chain_of("CXE", {1, 2, 3});
  EXPECT_EQ(places(chain, "ACDE"), ".012");
  chain.residues[0].modified = true;
  EXPECT_EQ(places(chain, "AMDE"), ".012");
}

TEST(Place, FirstMismatchIsNamed) {
  try {
    place(chain_of("CDWFY", {2, 3, 4, 5, 6}), "ACDEFG");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    EXPECT_THAT(error.what(), HasSubstr("residue RES 4 is where the sequence has E at position 4 (2 of 5"));
    EXPECT_THAT(error.what(), HasSubstr("chain A"));
  }
}

TEST(Place, MoreResiduesThanTheSequenceIsAnError) {
  try {
    place(chain_of("ACDE", {1, 2, 3, 4}), "ACD");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("4 residues, more than the sequence's 3"));
  }
}

TEST(Settle, GapsOfTheNumbersAreUnknownResidues) {
  Chain chain = chain_of("ACD", {5, 6, 9});
  settle_sequence(chain);
  EXPECT_EQ(chain.sequence, "ACXXD");
  EXPECT_EQ(chain.residues[2].place, 5);
  EXPECT_EQ(places(chain, "ACXXD"), "01..2");
  Chain far = chain_of("AC", {1, 5000});
  settle_sequence(far);
  EXPECT_EQ(far.sequence, "AC");
}

TEST(Settle, AStatedSequenceIsKeptWhereItAgrees) {
  Chain chain = chain_of("CDF", {1, 2, 4});
  chain.sequence = "MACDEFG";
  settle_sequence(chain);
  EXPECT_EQ(chain.sequence, "MACDEFG");
  EXPECT_EQ(chain.residues[2].place, 6);
  chain.sequence = "MACDEWG";
  chain.residues[2].place = 0;
  settle_sequence(chain);
  EXPECT_EQ(chain.sequence, "CDXF");
}

TEST(Structure, MissingChainNamesThoseThereAre) {
  const Structure structure{"x.pdb", {{"A", {}, {}}, {"H", {}, {}}}};
  EXPECT_EQ(structure.chain("").name, "A");
  EXPECT_EQ(structure.chain("H").name, "H");
  try {
    structure.chain("B");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_THAT(error.what(), HasSubstr("A, H"));
    EXPECT_THAT(error.what(), HasSubstr("x.pdb"));
  }
}

}  // namespace
}  // namespace groel::bio
