// Byte-level BPE: the order of merges, added tokens, proteins as documents and the map of their residues.
#include "bio/byte_bpe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "support/byte_pairs.h"
#include "support/errors.h"

namespace groel::bio {
namespace {

using Ids = std::vector<std::int32_t>;
using Texts = std::vector<std::string>;

constexpr std::int32_t kBreak = 11;  // of a byte: its value and one

Texts texts_of(const ByteBpe& tokenizer, const Ids& ids) {
  Texts out;
  for (const std::int32_t id : ids) out.push_back(tokenizer.token(id));
  return out;
}

Texts pieces(const std::vector<MergedPair>& merges, const std::string& text) {
  const ByteBpe tokenizer(testing::byte_pairs(merges));
  return texts_of(tokenizer, tokenizer.encode_as_transformers(text));
}

TEST(ByteBpe, MergesTheLowestRankFirstAndFromTheLeft) {
  EXPECT_EQ(pieces({{"B", "C"}, {"A", "B"}}, "ABC"), (Texts{"A", "BC"}));
  EXPECT_EQ(pieces({{"A", "B"}, {"B", "C"}}, "ABC"), (Texts{"AB", "C"}));
  EXPECT_EQ(pieces({{"A", "A"}}, "AAAAA"), (Texts{"AA", "AA", "A"}));
  EXPECT_EQ(pieces({{"A", "A"}, {"AA", "A"}}, "AAAAA"), (Texts{"AA", "AAA"}));
  EXPECT_EQ(pieces({}, "MK"), (Texts{"M", "K"}));
}

// All pairs of one rank are merged before a pair that came up meanwhile, even one of a lower rank: 'AB A' is rank 0.
TEST(ByteBpe, MergesAPairEverywhereBeforeTheNext) {
  EXPECT_EQ(pieces({{"AB", "A"}, {"A", "B"}}, "ABAB"), (Texts{"AB", "AB"}));
  EXPECT_EQ(pieces({{"AB", "A"}, {"A", "B"}}, "ABAABA"), (Texts{"ABA", "ABA"}));
}

// As Transformers' own code has it: look for the lowest pair, merge it everywhere, and so on.
Texts merged_slowly(const std::vector<MergedPair>& merges, const std::string& text) {
  Texts word;
  for (const char c : text) word.emplace_back(1, c);
  for (;;) {
    std::size_t lowest = merges.size();
    for (std::size_t i = 0; i + 1 < word.size(); ++i) {
      const auto found = std::find(merges.begin(), merges.end(), MergedPair{word[i], word[i + 1]});
      lowest = std::min(lowest, static_cast<std::size_t>(found - merges.begin()));
    }
    if (lowest == merges.size()) return word;
    Texts next;
    for (std::size_t i = 0; i < word.size(); ++i) {
      const bool here = i + 1 < word.size() && MergedPair{word[i], word[i + 1]} == merges[lowest];
      next.push_back(here ? word[i] + word[i + 1] : word[i]);
      i += here ? 1 : 0;
    }
    word = next;
  }
}

// Merges of tokens that there are, in any order at all: more come up before their turn than in any real vocabulary.
std::vector<MergedPair> random_merges(std::mt19937& random) {
  Texts tokens{"A", "B", "C"};
  std::vector<MergedPair> merges;
  while (merges.size() < 25) {
    const MergedPair pair{tokens[random() % tokens.size()], tokens[random() % tokens.size()]};
    const std::string made = pair.first + pair.second;
    if (made.size() > 6 || std::find(tokens.begin(), tokens.end(), made) != tokens.end()) continue;
    merges.push_back(pair);
    tokens.push_back(made);
  }
  std::shuffle(merges.begin(), merges.end(), random);
  return merges;
}

TEST(ByteBpe, MergesAsTheSlowWayDoesAtAnyLength) {
  std::mt19937 random(7);
  for (int vocabulary = 0; vocabulary < 40; ++vocabulary) {
    const std::vector<MergedPair> merges = random_merges(random);
    const ByteBpe tokenizer(testing::byte_pairs(merges));
    for (const std::size_t size : {2, 3, 7, 15, 16, 17, 33, 63, 64, 65, 66, 130, 257, 300}) {
      std::string text;
      while (text.size() < size) text += static_cast<char>('A' + random() % 3);
      EXPECT_EQ(texts_of(tokenizer, tokenizer.encode_text(text)), merged_slowly(merges, text)) << text;
    }
  }
}

TEST(ByteBpe, LongPiecesAreMergedAsShortOnes) {
  const std::vector<MergedPair> doubling{{"A", "A"}, {"AA", "AA"}, {"AAAA", "AAAA"}};
  Texts expected(1000, "AAAAAAAA");
  expected.insert(expected.end(), {"AAAA", "A"});
  EXPECT_EQ(pieces(doubling, std::string(8005, 'A')), expected);
}

TEST(ByteBpe, TextIsCutAsGpt2CutsIt) {
  const std::vector<MergedPair> merges{
      {"A", "1"}, {"A", "\xC4\x8A"}, {"\xC4\xA0", "A"}, {"\xC4\xA0", "\xC4\xA0"}, {"'", "s"}};
  EXPECT_EQ(pieces(merges, "A1"), (Texts{"A", "1"})) << "letters and digits are not one piece";
  EXPECT_EQ(pieces(merges, "A\nA"), (Texts{"A", "\xC4\x8A", "A"})) << "nor is a line break of one with letters";
  EXPECT_EQ(pieces(merges, " A"), (Texts{"\xC4\xA0"
                                         "A"}));
  EXPECT_EQ(pieces(merges, "   A"), (Texts{"\xC4\xA0\xC4\xA0",
                                           "\xC4\xA0"
                                           "A"}))
      << "the last space goes with the word";
  EXPECT_EQ(pieces(merges, "A  "), (Texts{"A", "\xC4\xA0\xC4\xA0"}));
  EXPECT_EQ(pieces(merges, "A's"), (Texts{"A", "'s"}));
  EXPECT_EQ(pieces(merges, ""), Texts{});
}

TEST(ByteBpe, AddedTokensAreFoundFirstTheLongestOfThem) {
  TokenizerFiles files = testing::byte_pairs({{"<", "|"}});
  files = with_added_token(with_added_token(std::move(files), "<sep>", "sep_token"), "<sep><start>", "cls_token");
  const ByteBpe tokenizer(files);
  EXPECT_EQ(texts_of(tokenizer, tokenizer.encode_as_transformers("1<sep>M<sep><start><|s<|endoftext|>")),
            (Texts{"1", "<sep>", "M", "<sep><start>", "<|", "s", "<|endoftext|>"}));
}

TEST(ByteBpe, AnAddedTokenMayTakeWhiteSpaceWithIt) {
  TokenizerFiles files = with_added_token(testing::byte_pairs({}), "<pad>", "pad_token");
  files.added.back().strips_left = files.added.back().strips_right = true;
  const ByteBpe tokenizer(files);
  EXPECT_EQ(texts_of(tokenizer, tokenizer.encode_as_transformers("A \n<pad> B")), (Texts{"A", "<pad>", "B"}));
}

TEST(ByteBpe, AProteinIsADocument) {
  const ByteBpe tokenizer(testing::byte_pairs({{"M", "K"}}));
  const Encoded out = tokenizer.encode("mkt *\n");
  EXPECT_EQ(texts_of(tokenizer, out.ids), (Texts{"<|endoftext|>", "\xC4\x8A", "MK", "T", "\xC4\x8A", "<|endoftext|>"}));
  EXPECT_EQ(out.counts.lower_case, 3);
  EXPECT_EQ(out.counts.stars_dropped, 1);
  EXPECT_EQ(out.residues(), 3);
  EXPECT_EQ(out.map[0], (TokenSpan{2, 3}));
  EXPECT_EQ(out.map[1], (TokenSpan{2, 3})) << "two residues share a token";
  EXPECT_EQ(out.map[2], (TokenSpan{3, 4}));
  EXPECT_EQ(out.map.residue_at(1), std::nullopt);
  EXPECT_EQ(tokenizer.decode(out.ids), "<|endoftext|>\nMKT\n<|endoftext|>");
  EXPECT_EQ(tokenizer.decode_plain(out.ids), "\nMKT\n");
  EXPECT_EQ(tokenizer.with_ends(out.residue_ids()), out.ids);
}

TEST(ByteBpe, LinesAreOfSixtyResidues) {
  const ByteBpe tokenizer(testing::byte_pairs({{"L", "L"}}));
  for (const std::int64_t residues : {1, 59, 60, 61, 120, 121, 400}) {
    const Encoded out = tokenizer.encode(std::string(static_cast<std::size_t>(residues), 'L'));
    const std::int64_t breaks = std::count(out.ids.begin(), out.ids.end(), kBreak);
    EXPECT_EQ(breaks, 2 + (residues - 1) / 60) << residues;
    EXPECT_EQ(out.residues(), residues);
    EXPECT_LE(out.tokens(), tokenizer.token_count(residues));
    EXPECT_EQ(tokenizer.residue_map(out.ids).residues(), residues) << "also of ids alone";
    for (std::int64_t r = 0; r < residues; ++r) EXPECT_EQ(tokenizer.residue_map(out.ids)[r], out.map[r]) << r;
  }
}

// Written out as single tokens: no merge makes it shorter.
TEST(ByteBpe, CountsOfTokensAndResiduesAreBounds) {
  const ByteBpe document(testing::byte_pairs({}));
  const auto plain = document.in_form(TextForm::plain());
  for (const std::int64_t residues : {1, 60, 61, 200}) {
    const std::string protein(static_cast<std::size_t>(residues), 'G');
    EXPECT_EQ(document.encode(protein).tokens(), document.token_count(residues));
    EXPECT_EQ(plain->encode(protein).tokens(), plain->token_count(residues));
    EXPECT_EQ(plain->residue_count(residues), residues);
  }
  for (std::int64_t tokens = 0; tokens < 200; ++tokens) {
    const std::int64_t most = document.residue_count(tokens);
    EXPECT_TRUE(most == 0 || document.token_count(most) <= tokens) << tokens;
    EXPECT_GT(document.token_count(most + 1), tokens) << tokens;
  }
  EXPECT_EQ(document.example(70).size(), 70U);
}

TEST(ByteBpe, OtherFormsHaveOtherTextAround) {
  const ByteBpe tokenizer(with_added_token(testing::byte_pairs({{"A", "M"}}), "<start>", "cls_token"));
  EXPECT_EQ(tokenizer.in_form(TextForm::plain())->encode("AM").ids.size(), 1U);
  const auto tagged = tokenizer.in_form({"1.1<start>", "<|endoftext|>", 0});
  const Encoded out = tagged->encode("AMK");
  EXPECT_EQ(tagged->decode(out.ids), "1.1<start>AMK<|endoftext|>");
  EXPECT_EQ(out.map[0], (TokenSpan{4, 5}));
  EXPECT_EQ(out.map[2], (TokenSpan{5, 6}));
  EXPECT_EQ(tagged->end_tokens(), 5);
  // Text that merges with the first residue: the token is that residue's, too.
  EXPECT_EQ(tokenizer.in_form({"A", "", 0})->encode("MK").map[0], (TokenSpan{0, 1}));
  EXPECT_EQ(tokenizer.form(), tokenizer.document_form()) << "the first is as it was";
}

TEST(ByteBpe, WhatIsNoResidueIsNamed) {
  const ByteBpe tokenizer(testing::byte_pairs({}));
  const auto message = [&](const std::string& sequence) {
    const Error error = testing::error_of([&] { tokenizer.encode(sequence); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    return std::string(error.what());
  };
  EXPECT_NE(message("MK T-V").find("position 4 is '-', which is not an amino acid"), std::string::npos);
  EXPECT_NE(message("M*K").find("stop codon"), std::string::npos);
  EXPECT_NE(message("M<mask>K").find("position 2 is '<'"), std::string::npos);
  EXPECT_NE(message("M\xC3\xA9").find("position 2 is '\\xC3'"), std::string::npos);
  EXPECT_NE(message(" *").find("empty"), std::string::npos);
}

TEST(ByteBpe, ACharacterWithoutTokenIsUnknownToTransformersAndAnErrorToUs) {
  TokenizerFiles files = testing::byte_pairs({});
  files.tokens.erase(files.tokens.begin() + 1 + 0xC3);
  const ByteBpe tokenizer(files);
  EXPECT_EQ(tokenizer.encode_as_transformers("M\xC3\xA9").size(), 3U);
  EXPECT_EQ(tokenizer.encode_as_transformers("M\xC3\xA9")[1], 0);
  const Error error = testing::error_of([&] { tokenizer.encode_text("M\xC3\xA9"); });
  EXPECT_NE(std::string(error.what()).find("position 2 is '\xC3\xA9', which no token of this model covers"),
            std::string::npos)
      << error.what();
}

TEST(ByteBpe, HalfACharacterDecodesToAReplacement) {
  const ByteBpe tokenizer(testing::byte_pairs({}));
  Ids ids = tokenizer.encode_text("\xF0\x9F\x99\x82!");
  EXPECT_EQ(tokenizer.decode(ids), "\xF0\x9F\x99\x82!");
  ids.erase(ids.begin() + 3);  // Python has one U+FFFD for the beginning of a character
  EXPECT_EQ(tokenizer.decode(ids), "\xEF\xBF\xBD!");
  ids.erase(ids.begin());  // and one for each byte that begins none
  EXPECT_EQ(tokenizer.decode(ids), "\xEF\xBF\xBD\xEF\xBF\xBD!");
}

TEST(ByteBpe, AnAddedTokenIsTheNextId) {
  const ByteBpe before(testing::byte_pairs({{"M", "K"}}));
  const ByteBpe after(with_added_token(before.files(), "<pad>", "pad_token"));
  EXPECT_EQ(after.size(), before.size() + 1);
  EXPECT_EQ(after.special().pad, before.size());
  EXPECT_EQ(after.encode("MKM").ids, before.encode("MKM").ids);
  EXPECT_EQ(after.encode_text("<pad>"), Ids{before.size()});
  EXPECT_EQ(after.decode_plain(Ids{before.size(), 66}), "A");
  EXPECT_EQ(with_added_token(after.files(), "<pad>", "pad_token").tokens, after.tokens()) << "only once";
}

TEST(ByteBpe, MergesAndTokensThatDoNotFitAreNamed) {
  const auto message = [](TokenizerFiles files) {
    const Error error = testing::error_of([&] { ByteBpe one(files); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_model);
    return std::string(error.what());
  };
  TokenizerFiles files = testing::byte_pairs({{"A", "B"}, {"AB", "C"}});
  files.merges_line = 2;
  files.tokens.back() = "XY";
  EXPECT_NE(message(files).find("merges.txt:3: 'AB C' cannot be merged: the vocabulary has no 'ABC'"),
            std::string::npos)
      << message(files);
  files = testing::byte_pairs({});
  files.tokens.emplace_back("A\xE2\x96\x81");
  EXPECT_NE(message(files).find("token 257"), std::string::npos);
  files = testing::byte_pairs({});
  files.added.push_back({.id = 3, .text = "<pad>"});
  EXPECT_NE(message(files).find("the added token '<pad>' is not at 3"), std::string::npos);
  files = testing::byte_pairs({});
  files.named["pad_token"] = "<pad>";
  EXPECT_NE(message(files).find("pad_token is '<pad>', which the vocabulary lacks"), std::string::npos);
  files = testing::byte_pairs({});
  files.tokens.emplace_back("AA\n");
  EXPECT_NE(message(files).find("control characters"), std::string::npos);
}

TEST(ByteBpe, WithoutFilesItIsTheBytes) {
  const auto tokenizer = byte_bpe_tokenizer({});
  EXPECT_EQ(tokenizer->size(), 257);
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("MKT").ids), "<|endoftext|>\nMKT\n<|endoftext|>");
}

}  // namespace
}  // namespace groel::bio
