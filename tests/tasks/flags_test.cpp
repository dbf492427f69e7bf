// Field names in messages become flags; old names of options and verbs still work.
#include "tasks/reading/flags.h"

#include <gtest/gtest.h>

#include "support/program.h"
#include "tasks/task.h"

namespace groel::testing {
namespace {

TEST(Flags, FieldsBecomeFlags) {
  EXPECT_EQ(tasks::with_flags("`max_tokens`"), "--max-tokens");
  EXPECT_EQ(tasks::with_flags("use `long=truncate` or `long=window`, or raise `memory`"),
            "use --long truncate or --long window, or raise --memory");
  EXPECT_EQ(tasks::with_flags("`learning-rate` is 1 now"), "--learning-rate is 1 now");
}

TEST(Flags, AllElseStays) {
  for (const char* text : {"`groel models` lists them", "`no_such_field`", "a file called memory", "`", ""})
    EXPECT_EQ(tasks::with_flags(text), text);
}

TEST(Flags, ErrorsAreRewrittenWhole) {
  const Error error =
      tasks::with_flags(Error(ErrorKind::memory, {"`memory` is small", "`max_tokens`", "lower `max_tokens`"}));
  EXPECT_EQ(error.kind(), ErrorKind::memory);
  EXPECT_EQ(error.parts().what, "--memory is small");
  EXPECT_EQ(error.parts().where, "--max-tokens");
  EXPECT_EQ(error.parts().remedy, "lower --max-tokens");
}

TEST(Flags, OldNamesOfOptionsWork) {
  const TemporaryFolder folder;
  const std::string model = folder.path() / "model";
  EXPECT_EQ(groel({"convert", "-m", "groel-5m", "--to", "bf16", "--out", model}).exit, 0);
  const Outcome twice = groel({"convert", "-m", "groel-5m", "--out", model, "--output", model});
  EXPECT_EQ(twice.exit, 2) << twice;
  EXPECT_NE(twice.err.find("--output: given twice"), std::string::npos) << twice;
  const Outcome help = groel({"convert", "--help"});
  EXPECT_NE(help.out.find("-o, --output PATH"), std::string::npos) << help;
  EXPECT_EQ(help.out.find("--out "), std::string::npos) << help;
}

TEST(Flags, EveryOldNameIsAnAliasAndNoName) {
  const std::pair<const char*, const char*> names[] = {{"out", "output"},
                                                       {"effort", "ef"},
                                                       {"mutation-col", "mutation-column"},
                                                       {"sequence-col", "sequence-column"},
                                                       {"target-col", "target-column"}};
  for (const auto& [old, now] : names) {
    int found = 0;
    for (const tasks::Task& task : tasks::tasks())
      for (const OptionSpec& spec : task.options) {
        EXPECT_NE(spec.name, old) << task.name;
        if (!is_called(spec, old)) continue;
        EXPECT_EQ(spec.name, now) << task.name;
        ++found;
      }
    EXPECT_GE(found, 1) << old;
  }
}

TEST(Flags, EveryOutputIsCalledOutToo) {
  for (const tasks::Task& task : tasks::tasks())
    for (const OptionSpec& spec : task.options) {
      EXPECT_EQ(is_called(spec, "out"), spec.name == "output") << task.name;
      const bool is_output = spec.writes == Writes::file || spec.writes == Writes::folder;
      // What a run may write beside it
      const bool beside = spec.name == "report" || spec.name == "picture" || spec.name == "structure-output" ||
                          spec.name == "superposed" || spec.name == "features";
      EXPECT_TRUE(is_output == (spec.name == "output") || beside) << task.name << " --" << spec.name;
    }
}

TEST(Flags, OldNamesOfVerbsWork) {
  for (const char* task : {"train", "evaluate"}) {
    EXPECT_EQ(groel({"help", task, "tokens"}).out, groel({"help", task, "residues"}).out) << task;
  }
  const Outcome evaluated = groel({"evaluate", "tokens", "--data", "x.csv", "--mask-fraction", "0.2"});
  EXPECT_EQ(evaluated.exit, 2) << evaluated;
  EXPECT_NE(evaluated.err.find("this is no option of `groel evaluate residues`"), std::string::npos) << evaluated;
}

}  // namespace
}  // namespace groel::testing
