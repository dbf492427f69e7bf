// The text of mmCIF categories.
#include "io/cif_writer.h"

#include <gtest/gtest.h>

namespace groel::io {
namespace {

TEST(CifWriter, OneRowIsPairsAndSeveralAreALoop) {
  CifCategory entry("_entry", {"id"}), one("_b", {"longer", "x"}), several("_a", {"x", "name"});
  entry.add({"job"});
  one.add({"1", "2"});
  several.add({"1", "two words"});
  several.add({"10", "."});
  EXPECT_EQ(cif_text("job", {one, several, CifCategory("_none", {"x"}), entry}),
            "data_job\n#\n_entry.id job\n#\nloop_\n_a.x\n_a.name\n1  \"two words\" \n10 .           \n#\n"
            "_b.longer 1\n_b.x      2\n#\n");
}

TEST(CifWriter, AtomsAreALoopAndLast) {
  CifCategory atoms("_atom_site", {"id"}), other("_struct", {"id"});
  atoms.add({"1"});
  other.add({"x"});
  EXPECT_EQ(cif_text("j", {atoms, other}), "data_j\n#\n_struct.id x\n#\nloop_\n_atom_site.id\n1 \n#\n");
}

TEST(CifWriter, QuotesWhatWouldBeReadOtherwise) {
  CifCategory values("_v", {"x"});
  for (const char* value : {"O5'", "a\"b", "_tag", "#1", "data_x", "LOOP_", "", ";", "C[C@H]", "-1.5"})
    values.add({value});
  EXPECT_EQ(
      cif_text("j", {values}),
      "data_j\n#\nloop_\n_v.x\n\"O5'\"    \n'a\"b'    \n\"_tag\"   \n\"#1\"     \n\"data_x\" \n\"LOOP_\"  \n\"\"       "
      "\n\";\"      \nC[C@H]   \n-1.5     \n#\n");
}

TEST(CifWriter, LinesAndBothQuotesAreTextFields) {
  CifCategory values("_v", {"a", "b"});
  values.add({"two\nlines", "1"});
  values.add({"2", "5'-\"x\""});
  EXPECT_EQ(cif_text("j", {values}), "data_j\n#\nloop_\n_v.a\n_v.b\n;two\nlines\n;\n1 \n2 \n;5'-\"x\"\n;\n#\n");
  CifCategory one("_v", {"a"});
  one.add({"two\nlines"});
  EXPECT_EQ(cif_text("j", {one}), "data_j\n#\n_v.a \n;two\nlines\n;\n#\n");
}

}  // namespace
}  // namespace groel::io
