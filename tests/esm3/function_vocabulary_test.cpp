// Annotations of function to tokens, by tables that were made up: their bits are known.
#include "esm3/function_vocabulary.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "io/npy.h"
#include "io/npz.h"
#include "support/files.h"

namespace groel::esm3 {
namespace {

using groel::testing::TemporaryFolder;
using groel::testing::write_file;

// Three keywords. Plane b of token t looks at keyword b alone for b < 3, and is below everything for the others.
class Tables {
 public:
  Tables() {
    write_file(folder_ / "keyword_vocabulary_x.txt", "kinase\nbinding\nmembrane\n");
    const std::vector<double> idf{1.0, 2.0, 3.0};
    std::string bytes = io::npy_header({'f', 8}, {3});
    bytes.append(reinterpret_cast<const char*>(idf.data()), idf.size() * sizeof(double));
    write_file(folder_ / "keyword_idf_x.npy", bytes);
    write_file(folder_ / "interpro_2_to_keywords_x.csv",
               "interpro_id,keywords\nIPR000001,\"kinase,kinase,binding\"\nIPR000002,nothing\n");
    io::NpzWriter writer(folder_ / "hyperplanes_8bit_x.npz");
    for (int token = 0; token < 8; ++token) {
      std::vector<float> planes(24, -1);
      for (std::size_t b = 0; b < 3; ++b)
        for (std::size_t k = 0; k < 3; ++k)
          planes[3 * b + k] = k == b ? 1.0F : -0.4F - 0.01F * static_cast<float>(token);
      writer.add(std::to_string(token), DType::f32, {8, 3}, std::as_bytes(std::span(planes)));
    }
    writer.finish();
  }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

std::vector<std::int32_t> row(const std::vector<std::int32_t>& tokens, std::size_t at) {
  return {tokens.begin() + static_cast<std::ptrdiff_t>(8 * at),
          tokens.begin() + static_cast<std::ptrdiff_t>(8 * at + 8)};
}

TEST(FunctionVocabulary, HashesWhatHoldsOfEachResidue) {
  const Tables tables;
  const FunctionVocabulary vocabulary(tables.folder().path());
  const std::vector<FunctionAnnotation> annotations{
      {"kinase", 2, 4}, {"membrane", 4, 4}, {"IPR000001", 5, 5}, {"IPR000002", 6, 6}};
  const auto tokens = vocabulary.encode(annotations, 7);
  ASSERT_EQ(tokens.size(), 8U * 9);
  const auto all = [](std::int32_t token) { return std::vector<std::int32_t>(8, token); };
  EXPECT_EQ(row(tokens, 0), all(0));
  EXPECT_EQ(row(tokens, 8), all(0));
  EXPECT_EQ(row(tokens, 1), all(3));      // nothing holds
  EXPECT_EQ(row(tokens, 2), all(4 + 1));  // the first plane alone is above
  EXPECT_EQ(row(tokens, 3), all(4 + 1));
  // kinase 1 / sqrt(10), membrane 3 / sqrt(10): the first plane has 1 - 0.4 * 3 < 0, the third 3 - 0.4 > 0
  EXPECT_EQ(row(tokens, 4), all(4 + 4));
  // kinase (1 + ln 2) * 1, binding 1 * 2: 1.69 - 0.8 > 0 and 2 - 0.68 > 0, as far as 0.47 * 2 < 1.69
  EXPECT_EQ(row(tokens, 5), all(4 + 3));
  EXPECT_EQ(row(tokens, 6), all(2));  // an entry without a word that weighs
}

TEST(FunctionVocabulary, WhatDoesNotFitIsSaid) {
  const Tables tables;
  const FunctionVocabulary vocabulary(tables.folder().path());
  const std::vector<FunctionAnnotation> unknown{{"flavour", 1, 2}}, outside{{"kinase", 3, 9}};
  EXPECT_THROW(vocabulary.encode(unknown, 4), Error);
  EXPECT_THROW(vocabulary.encode(outside, 4), Error);
  const TemporaryFolder empty;
  EXPECT_THROW(FunctionVocabulary(empty.path()), Error);
}

}  // namespace
}  // namespace groel::esm3
