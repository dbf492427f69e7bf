// groel generate --prompts: what files of prompts are read, and that each prompt's proteins are those it has alone.
#include <algorithm>
#include <set>

#include "base/text_file.h"
#include "support/golden.h"
#include "tasks/generate/turns.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

const std::string kWriter = data("gpt2-tiny").string();

json from_prompts(const std::string& file, std::vector<std::string> more, int exit = 0) {
  std::vector<std::string> words{"generate", "-m", kWriter, "--prompts", file, "--json"};
  words.insert(words.end(), more.begin(), more.end());
  const Outcome outcome = groel(words);
  EXPECT_EQ(outcome.exit, exit) << outcome;
  return outcome.exit == exit ? json::parse(outcome.out) : json();
}

// Ids of the tokens of each protein, by its name.
std::map<std::string, json> tokens_by_name(const json& result) {
  std::map<std::string, json> out;
  for (const json& one : result["sequences"]) out[one["id"]] = one["token_ids"];
  return out;
}

TEST(GeneratePrompts, EachHasTheProteinsThatItHasAlone) {
  const TemporaryFolder folder;
  const std::string file = write_file(folder / "prompts.fasta", ">x\nMKT\n>y\n\n  ADEV  \n");
  const std::vector<std::string> how{"-n", "3", "--max-new-tokens", "20", "--seed", "4"};
  const json both = from_prompts(file, how);
  ASSERT_EQ(both["sequences"].size(), 6U);
  for (const std::size_t at : {0U, 1U}) {
    const std::string name = at == 0 ? "x" : "y";
    const std::string one = write_file(folder / "one.fasta", ">" + name + "\n" + (at == 0 ? "MKT" : "ADEV"));
    const json alone = from_prompts(one, how)["sequences"];
    for (std::size_t i = 0; i < 3; ++i) {
      const json& here = both["sequences"][i + 3 * at];
      EXPECT_EQ(here, alone[i]);
      EXPECT_EQ(here["id"], fmt::format("{}_{}", name, i + 1));
      EXPECT_EQ(here["prompt"], name);
    }
  }
}

TEST(GeneratePrompts, PromptsHaveDrawsOfTheirOwn) {
  const TemporaryFolder folder;
  // Nothing but the last token matters to the first draw of a model that is the same for both.
  const json result = from_prompts(write_file(folder / "a.txt", "MKT\nMKTMKT\n"),
                                   {"-n", "20", "--max-new-tokens", "12", "--temperature", "50", "--top-k", "0"});
  std::int64_t same = 0;
  for (std::size_t i = 0; i < 20; ++i)
    for (std::size_t t = 0;
         t < std::min(result["sequences"][i]["token_ids"].size(), result["sequences"][i + 20]["token_ids"].size()); ++t)
      same += result["sequences"][i]["token_ids"][t] == result["sequences"][i + 20]["token_ids"][t] ? 1 : 0;
  EXPECT_LT(same, 12) << "of 240 tokens, drawn nearly evenly from 507";
}

TEST(GeneratePrompts, GreedyTokensAreThoseOfPrompt) {
  const TemporaryFolder folder;
  const json result = from_prompts(write_file(folder / "a.txt", "MKT\n"), {"--greedy", "--max-new-tokens", "9"});
  const Outcome alone =
      groel({"generate", "-m", kWriter, "--prompt", "MKT", "--greedy", "--max-new-tokens", "9", "--json"});
  EXPECT_EQ(json::parse(alone.out)["sequences"][0]["token_ids"], result["sequences"][0]["token_ids"]);
}

TEST(GeneratePrompts, FastaTablesAndListsGiveTheSame) {
  const TemporaryFolder folder;
  const std::vector<std::string> how{"--greedy", "--max-new-tokens", "8"};
  const auto fasta = tokens_by_name(from_prompts(write_file(folder / "a.fasta", ">x one\nMK\nT\n>y\nADEV\n"), how));
  EXPECT_EQ(fasta.size(), 2U);
  EXPECT_TRUE(fasta.contains("x_1") && fasta.contains("y_1"));
  const std::string table = write_file(folder / "a.csv", "id,prompt,sequence\nx,MKT,AAA\ny,ADEV,AAA\n");
  EXPECT_EQ(tokens_by_name(from_prompts(table, how)), fasta);
  EXPECT_EQ(tokens_by_name(
                from_prompts(write_file(folder / "b.tsv", "name\tid\tsequence\tbegin\nl\tx\tA\tMKT\nm\ty\tA\tADEV\n"),
                             {"--greedy", "--max-new-tokens", "8", "--prompt-column", "begin", "--id-column", "id"})),
            fasta);
  const auto list = tokens_by_name(from_prompts(write_file(folder / "a.list", "MKT\nADEV"), how));
  EXPECT_EQ(list.at("prompt_1_1"), fasta.at("x_1"));
  EXPECT_EQ(list.at("prompt_2_1"), fasta.at("y_1"));
}

TEST(GeneratePrompts, TagsAreReadInFastaToo) {
  const TemporaryFolder folder;
  const json result =
      from_prompts(write_file(folder / "a.fasta", ">x\n<|endoftext|>MKT\n"), {"--greedy", "--max-new-tokens", "2"});
  EXPECT_EQ(result["sequences"][0]["prompt_ids"][0], 0);
  EXPECT_EQ(result["sequences"][0]["sequence"].get<std::string>().substr(0, 3), "MKT");
}

TEST(GeneratePrompts, WhatIsKeptDoesNotDependOnTheBatch) {
  const TemporaryFolder folder;
  const std::string file = write_file(folder / "prompts.txt", "MKT\nADEV\nG\nMKTA\nLL\n");
  const auto drawn = [&](const std::string& batch) {
    const Outcome outcome = groel({"generate", "-m",       "groel-writer", "--prompts", file,      "--json",   "-n",
                                   "4",        "--unique", "--standard",   "--require", "CC",      "--length", "6:30",
                                   "--seed",   "2",        "--tries",      "16",        "--batch", batch});
    EXPECT_LE(outcome.exit, 1) << outcome;
    return json::parse(outcome.out)["sequences"];
  };
  const json one = drawn("1");
  EXPECT_GE(one.size(), 5U);
  EXPECT_LT(one.size(), 20U) << "prompts that ran out of tries are to be among them";
  EXPECT_EQ(drawn("3"), one);
  EXPECT_EQ(drawn("32"), one);
}

TEST(GeneratePrompts, WhatNoTokenCoversIsToldAndTheRestIsWritten) {
  const TemporaryFolder folder;
  const std::string csv =
      write_file(folder / "a.csv", "id,prompt\ngood,MKT\nempty,\nlong," + std::string(300, 'W') + "\n");
  const Outcome outcome = groel({"generate", "-m", kWriter, "--prompts", csv, "--max-new-tokens", "5", "--json"});
  EXPECT_EQ(outcome.exit, 1) << outcome;
  EXPECT_TRUE(outcome.says("a.csv:3 (empty)")) << outcome;
  const json result = json::parse(outcome.out);
  ASSERT_EQ(result["sequences"].size(), 1U);
  ASSERT_EQ(result["errors"].size(), 2U);
  EXPECT_EQ(result["errors"][0]["id"], "empty");
  EXPECT_EQ(result["errors"][1]["id"], "long");
  EXPECT_NE(result["errors"][1]["message"].get<std::string>().find("context of 256"), std::string::npos);
  const Outcome none =
      groel({"generate", "-m", "groel-writer", "--prompts", write_file(folder / "b.txt", "MK1\n??\n")});
  EXPECT_EQ(none.exit, 4) << none;
  EXPECT_TRUE(none.says("b.txt:1 (prompt_1): position 3 is '1'")) << none;
  EXPECT_TRUE(none.says("none of 2 prompts")) << none;
}

TEST(GeneratePrompts, RefusesWhatCannotBe) {
  const TemporaryFolder folder;
  const auto refused = [&](std::vector<std::string> words, int exit, const std::string& text) {
    words.insert(words.begin(), {"generate", "-m", kWriter});
    const Outcome outcome = groel(words);
    EXPECT_EQ(outcome.exit, exit) << outcome;
    EXPECT_TRUE(outcome.says(text)) << outcome;
  };
  const std::string list = write_file(folder / "a.txt", "MKT\n");
  refused({"--prompts", list, "--prompt", "M"}, 2, "said twice");
  refused({"--prompt-column", "x"}, 2, "--prompts FILES");
  refused({"--prompts", folder / "none.txt"}, 3, "none.txt");
  refused({"--prompts", write_file(folder / "empty.txt", "\n# nothing\n")}, 4, "no prompt");
  refused({"--prompts", write_file(folder / "twice.fasta", ">a\nM\n>a\nK\n")}, 4, "a second prompt is called 'a'");
  refused({"--prompts", write_file(folder / "a.csv", "x,y\n1,2\n")}, 4, "--prompt-column");
  refused({"--prompts", list, "--greedy", "-n", "2"}, 2, "--greedy");
}

TEST(GeneratePrompts, AnInterruptedRunGoesOn) {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 40; ++i) text += fmt::format(">p{}\nM{}\n", i, std::string(static_cast<std::size_t>(i % 7), 'K'));
  const std::string file = write_file(folder / "prompts.fasta", text);
  const auto words = [&](const std::string& name) {
    return std::vector<std::string>{"generate", "-m",     kWriter,   "--prompts", file, "-n",         "10",
                                    "--length", "10:100", "--tries", "14",        "-o", folder / name};
  };
  const int exit = groel(words("whole.fasta")).exit;
  auto command = words("cut.fasta");
  command.insert(command.begin(), GROEL_PROGRAM);
  {
    Process process(command, {});
    for (int i = 0; i < 200 && !std::filesystem::exists(folder / "cut.fasta.partial/state.json"); ++i) ::usleep(20'000);
    ::usleep(400'000);
    process.kill(SIGKILL);
    process.wait();
  }
  if (!std::filesystem::exists(folder / "cut.fasta")) {
    auto again = words("cut.fasta");
    again.emplace_back("--resume");
    const Outcome outcome = groel(again);
    EXPECT_EQ(outcome.exit, exit) << outcome;
  }
  EXPECT_EQ(read_file(folder / "cut.fasta"), read_file(folder / "whole.fasta"));
  EXPECT_NE(read_file(folder / "whole.fasta").find(">p39_"), std::string::npos);
}

// Tries of three prompts, of which the second is kept every third time, finish in an order of their own.
TEST(PromptTurns, JudgesInOrderWhateverComesFirst) {
  using tasks::PromptTurns;
  const auto judged = [](std::size_t at_a_time, bool newest_first) {
    PromptTurns turns({3, 2, 4, 100}, {});
    std::deque<PromptTurns::Turn> work;
    std::vector<std::pair<std::int64_t, std::int64_t>> out;
    const auto keeps = [&](std::int64_t prompt, const generation::Written& one) {
      out.emplace_back(prompt, one.request.index);
      return prompt != 1 || one.request.index % 3 == 2;
    };
    while (true) {
      while (work.size() < at_a_time)
        if (const auto turn = turns.next())
          work.push_back(*turn);
        else
          break;
      if (work.empty()) return out;
      // Of one prompt the oldest try ends first, as the generator gives them.
      std::size_t at = 0;
      if (newest_first)
        for (std::size_t i = 1; i < work.size(); ++i)
          if (work[i].prompt > work[at].prompt) at = i;
      const PromptTurns::Turn turn = work[at];
      work.erase(work.begin() + static_cast<std::ptrdiff_t>(at));
      turns.add(turn.prompt, {.request = {turn.attempt, {}, 0, turn.prompt}}, keeps);
    }
  };
  const std::vector<std::pair<std::int64_t, std::int64_t>> expected{{0, 0}, {0, 1}, {1, 0}, {1, 1},
                                                                    {1, 2}, {1, 3}, {2, 0}, {2, 1}};
  for (const std::size_t at_a_time : {1U, 2U, 5U, 50U})
    for (const bool newest : {false, true}) EXPECT_EQ(judged(at_a_time, newest), expected) << at_a_time;
  PromptTurns later({3, 2, 4, 100}, {1, 3, 1});
  EXPECT_EQ(later.next()->attempt, 3);
  EXPECT_EQ(later.place(), (tasks::PromptPlace{1, 3, 1}));
}

}  // namespace
}  // namespace groel::testing
