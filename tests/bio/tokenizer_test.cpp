// The ESM vocabulary, by the command line's rules and by those of Transformers.
#include "bio/esm_tokenizer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "support/errors.h"

namespace groel::bio {
namespace {

using Ids = std::vector<std::int32_t>;

const EsmTokenizer& esm() {
  static const EsmTokenizer tokenizer = EsmTokenizer::esm();
  return tokenizer;
}

Error error_of(const std::string& sequence) {
  return testing::error_of([&] { esm().encode(sequence); });
}

TEST(Vocabulary, IsThatOfEsm) {
  const std::vector<std::string> tokens{
      "<cls>", "<pad>", "<eos>", "<unk>", "L", "A", "G", "V", "S", "E", "R", "T", "I", "D", "P",        "K",     "Q",
      "N",     "F",     "Y",     "M",     "H", "W", "C", "X", "B", "U", "Z", "O", ".", "-", "<null_1>", "<mask>"};
  EXPECT_EQ(esm().tokens(), tokens);
  EXPECT_EQ(esm().size(), 33);
  for (std::size_t i = 0; i < tokens.size(); ++i) EXPECT_EQ(esm().id(tokens[i]), static_cast<std::int32_t>(i));
  EXPECT_EQ(esm().id("J"), -1);
  EXPECT_EQ(esm().id("<foo>"), -1);
  EXPECT_EQ(esm().id(""), -1);
  const Special& special = esm().special();
  EXPECT_EQ((Ids{*special.begin, *special.pad, *special.end, *special.unknown, *special.mask}), (Ids{0, 1, 2, 3, 32}));
  EXPECT_EQ(esm().mask(), 32);
}

TEST(Vocabulary, OnlyTokensWithoutResidueAreSpecial) {
  for (std::int32_t id = 0; id < esm().size(); ++id) EXPECT_EQ(esm().is_special(id), id <= 2) << id;
}

TEST(Vocabulary, OfAFileIsCheckedAndNamed) {
  const std::vector<std::string> good{"<cls>", "<pad>", "<eos>", "<unk>", "A", "<mask>"};
  EXPECT_EQ(EsmTokenizer::from_vocabulary(good, "vocab.txt").encode("ac").ids, (Ids{0, 4, 3, 2}));
  for (std::size_t missing : {0, 1, 2, 3, 5}) {
    std::vector<std::string> tokens = good;
    tokens[missing] = "C";
    try {
      EsmTokenizer::from_vocabulary(tokens, "vocab.txt");
      ADD_FAILURE() << good[missing];
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_model);
      EXPECT_STREQ(error.what(), ("vocab.txt: the vocabulary has no " + good[missing]).c_str());
    }
  }
  EXPECT_THROW(EsmTokenizer::from_vocabulary({"<cls>", "<pad>", "<eos>", "<unk>", "A", "A", "<mask>"}, "x"), Error);
  EXPECT_THROW(EsmTokenizer::from_vocabulary({"<cls>", "<pad>", "<eos>", "<unk>", "", "<mask>"}, "x"), Error);
  for (const char* odd : {"A\x1b", "\x7f", " A", "\xc3\xa9", "\t"})
    EXPECT_THROW(EsmTokenizer::from_vocabulary({"<cls>", "<pad>", "<eos>", "<unk>", odd, "<mask>"}, "x"), Error) << odd;
  EXPECT_THROW(EsmTokenizer::from_vocabulary({}, "x"), Error);
}

TEST(Encode, PutsResiduesBetweenClsAndEos) {
  const Encoded out = esm().encode("MKTVRQG");
  EXPECT_EQ(out.ids, (Ids{0, 20, 15, 11, 7, 10, 16, 6, 2}));
  EXPECT_EQ(out.residues(), 7);
  EXPECT_EQ(out.counts.lower_case + out.counts.stars_dropped + out.counts.unknown, 0);
}

TEST(Encode, KeepsEveryResidueGapAndBracketedToken) {
  EXPECT_EQ(esm().encode("LAGVSERTIDPKQNFYMHWCXBUZO.-").ids,
            (Ids{0,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17,
                 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 2}));
  EXPECT_EQ(esm().encode("A<mask><unk><null_1>").ids, (Ids{0, 5, 32, 3, 31, 2}));
  EXPECT_EQ(esm().encode("K A <mask>\tI\r\nS Q").ids, (Ids{0, 15, 5, 32, 12, 8, 16, 2}));
}

TEST(Encode, CountsWhatItChanges) {
  const Encoded out = esm().encode(" MKtayJjB * *\n");
  EXPECT_EQ(out.ids, (Ids{0, 20, 15, 11, 5, 19, 3, 3, 25, 2}));
  EXPECT_EQ(out.counts.lower_case, 4);
  EXPECT_EQ(out.counts.unknown, 2);
  EXPECT_EQ(out.counts.stars_dropped, 2);
  EXPECT_EQ(esm().encode("M<unk>").counts.unknown, 0);
}

TEST(Encode, NamesPositionAndCharacter) {
  EXPECT_STREQ(
      error_of("MKV1A").what(),
      "position 4 is '1', which is not an amino acid\n  write an unknown residue as X and a masked one as <mask>");
  EXPECT_EQ(error_of("M K\n<mask>?").parts().what, "position 4 is '?', which is not an amino acid");
  EXPECT_EQ(error_of("M|K").parts().what, "position 2 is '|', which is not an amino acid");
  EXPECT_EQ(error_of("M\xC3\xA9K").parts().what, "position 2 is '\\xC3', which is not an amino acid");
  EXPECT_EQ(error_of(std::string("M\0K", 3)).parts().what, "position 2 is '\\x00', which is not an amino acid");
  EXPECT_EQ(error_of("\x7f").parts().what, "position 1 is '\\x7F', which is not an amino acid");
  EXPECT_NO_THROW(esm().encode("MK"));
}

TEST(Encode, RefusesStopCodonsInside) {
  const Error error = error_of("MK*V*");
  EXPECT_EQ(error.kind(), ErrorKind::bad_input);
  EXPECT_EQ(error.parts().what, "position 3 is '*', which is not an amino acid");
  EXPECT_NE(error.parts().remedy.find("stop codon"), std::string::npos);
}

TEST(Encode, RefusesForeignBrackets) {
  EXPECT_EQ(error_of("M<foo>K").parts().what, "position 2 is '<foo>', which is not a token of this model");
  EXPECT_EQ(error_of("M<MASK>").parts().what, "position 2 is '<MASK>', which is not a token of this model");
  EXPECT_EQ(error_of("MK<mas").parts().what, "position 3 is '<', which is not a token of this model");
  EXPECT_EQ(error_of("M<\x01>").parts().what, "position 2 is '<\\x01>', which is not a token of this model");
  EXPECT_EQ(error_of("MK>").parts().what, "position 3 is '>', which is not an amino acid");
  EXPECT_EQ(error_of("<" + std::string(1000, 'A') + ">").parts().what, error_of("<").parts().what);
  for (const std::string token : {"<cls>", "<eos>", "<pad>"}) {
    EXPECT_EQ(error_of("M" + token).kind(), ErrorKind::bad_input);
    EXPECT_EQ(error_of("M" + token).parts().what, "position 2 is '" + token + "', which is not a residue");
  }
}

TEST(Encode, RefusesNothing) {
  for (const char* sequence : {"", " \n\t", "*", " ** \n"})
    EXPECT_STREQ(error_of(sequence).what(), "the sequence is empty");
}

TEST(Transformers, EncodesResiduesAndMasks) {
  const auto encode = [](std::string_view text) { return esm().encode_as_transformers(text); };
  EXPECT_EQ(encode("MKTVRQG"), (Ids{0, 20, 15, 11, 7, 10, 16, 6, 2}));
  EXPECT_EQ(encode("KALTA<mask>ISQP"), (Ids{0, 15, 5, 4, 11, 5, 32, 12, 8, 16, 14, 2}));
  EXPECT_EQ(encode("K A <mask> I S Q"), (Ids{0, 15, 5, 32, 12, 8, 16, 2}));
  EXPECT_EQ(encode("LSZNZBDML<mask><mask>-G.<null_1>"),
            (Ids{0, 4, 8, 27, 17, 27, 25, 13, 20, 4, 32, 32, 30, 6, 29, 31, 2}));
}

TEST(Transformers, ReadsARunOfUnknownCharactersAsOne) {
  const auto encode = [](std::string_view text) { return esm().encode_as_transformers(text); };
  EXPECT_EQ(encode("MKtayLLmnJJ*KV"), (Ids{0, 20, 15, 3, 4, 4, 3, 15, 7, 2}));
  EXPECT_EQ(encode("GGpqrAJJK"), (Ids{0, 6, 6, 3, 5, 3, 15, 2}));
  EXPECT_EQ(encode("kk"), (Ids{0, 3, 2}));
  EXPECT_EQ(encode("k k"), (Ids{0, 3, 3, 2}));
  EXPECT_EQ(encode("kAk"), (Ids{0, 3, 5, 3, 2}));
  EXPECT_EQ(encode("<mas<mask>k>"), (Ids{0, 3, 32, 3, 2}));
  EXPECT_EQ(encode("\xC3\xA9*?"), (Ids{0, 3, 2}));
}

TEST(Transformers, SeparatesAtUnicodeWhiteSpace) {
  const auto encode = [](std::string_view text) { return esm().encode_as_transformers(text); };
  EXPECT_EQ(encode(" \n"), (Ids{0, 2}));
  EXPECT_EQ(encode(""), (Ids{0, 2}));
  EXPECT_EQ(encode("k\xC2\xA0k\xE2\x80\x83k\x1ck\xE3\x80\x80"), (Ids{0, 3, 3, 3, 3, 2}));
  EXPECT_EQ(encode("k\xE2\x80\x8Bk"), (Ids{0, 3, 2}));  // a zero-width space is none
}

TEST(Transformers, HonoursSpecialTokensInTheText) {
  EXPECT_EQ(esm().encode_as_transformers("<cls>MK<eos>"), (Ids{0, 0, 20, 15, 2, 2}));
  EXPECT_EQ(esm().encode_as_transformers("<pad><unk>a"), (Ids{0, 1, 3, 3, 2}));
}

TEST(Decode, GivesTheTextBack) {
  EXPECT_EQ(esm().decode(esm().encode("MK<mask>.-JX").ids), "<cls>MK<mask>.-<unk>X<eos>");
  EXPECT_EQ(esm().decode({}), "");
  const Ids bad{4, 33};
  EXPECT_THROW(esm().decode(bad), Error);
}

}  // namespace
}  // namespace groel::bio
