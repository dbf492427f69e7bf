// Names and shapes of outputs.
#include "bio/output.h"

#include <gtest/gtest.h>

#include <string>

namespace groel::bio {
namespace {

TEST(Output, NamesGoBothWays) {
  std::vector<std::string> names;
  for (const Output output : all_outputs()) {
    names.emplace_back(name(output));
    EXPECT_EQ(parse_output(name(output)), output);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"mean", "max", "cls", "per_residue", "logits", "contacts", "attentions"}));
  EXPECT_EQ(parse_output("per-residue"), Output::per_residue);
  for (const char* none : {"per residue", "Mean", ""}) EXPECT_FALSE(parse_output(none)) << none;
}

TEST(Output, ShapesAreThoseOfWhatTheyAreSaidOf) {
  using Shape = std::vector<std::int64_t>;
  const Lengths of{.residues = 5, .tokens = 7};
  EXPECT_EQ(output_shape(Output::cls, 320, of), (Shape{320}));
  EXPECT_EQ(output_shape(Output::logits, 33, of), (Shape{5, 33}));
  EXPECT_EQ(output_shape(Output::contacts, 0, of), (Shape{5, 5}));
  EXPECT_EQ(output_shape(Output::attentions, 20, of), (Shape{20, 7, 7}));
}

}  // namespace
}  // namespace groel::bio
