// Cells of tables: quoting, the guard against formulas, and tables of tabs.
#include "formats/cell.h"

#include <gtest/gtest.h>

namespace groel::formats {
namespace {

class Guarded : public ::testing::Test {
 protected:
  Guarded() { set_cell_guard(CellGuard::on); }
  ~Guarded() override { set_cell_guard(CellGuard::off); }
};

TEST(Cell, IsQuotedOnlyWhereItWouldBeMisread) {
  EXPECT_EQ(cell_text("P01308"), "P01308");
  EXPECT_EQ(cell_text("a,b"), "\"a,b\"");
  EXPECT_EQ(cell_text("a,b", '\t'), "a,b");
  EXPECT_EQ(cell_text("a\tb", '\t'), "\"a\tb\"");
  EXPECT_EQ(cell_text("say \"so\""), "\"say \"\"so\"\"\"");
  EXPECT_EQ(cell_text("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(cell_text("=1+1"), "=1+1") << "the guard is off unless asked for";
}

TEST_F(Guarded, FormulasGetAnApostrophe) {
  EXPECT_EQ(cell_text("=1+1"), "'=1+1");
  EXPECT_EQ(cell_text("+cmd|' /C calc'!A0"), "'+cmd|' /C calc'!A0");
  EXPECT_EQ(cell_text("-2+3"), "'-2+3");
  EXPECT_EQ(cell_text("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(cell_text("=A,B"), "\"'=A,B\"");
  EXPECT_EQ(cell_text("\t=1"), "'\t=1");
  EXPECT_EQ(cell_text("\r=1"), "\"'\r=1\"");
  EXPECT_EQ(cell_text("＝1+1"), "'＝1+1");
}

TEST_F(Guarded, NumbersAndPlainTextStay) {
  for (const char* text : {"-1.5", "+3", "-1e-05", "-inf", "-Inf", "-", "+", "P01308", "a=b", "", "'quoted"})
    EXPECT_EQ(cell_text(text), text);
}

TEST_F(Guarded, IsNotAppliedTwice) { EXPECT_EQ(tabs_for_commas(cell_text("=1") + ",2\n"), "'=1\t2\n"); }

TEST(Tabs, KeepEveryCell) {
  EXPECT_EQ(tabs_for_commas("id,x\nP1,1.5\n"), "id\tx\nP1\t1.5\n");
  EXPECT_EQ(tabs_for_commas("\"a,b\",\"c\"\"d\"\n,\n"), "a,b\t\"c\"\"d\"\n\t\n");
  EXPECT_EQ(tabs_for_commas("\"two\nlines\",\"a\tb\"\n"), "\"two\nlines\"\t\"a\tb\"\n");
}

}  // namespace
}  // namespace groel::formats
