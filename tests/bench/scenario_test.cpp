// Scenario files of groel bench: what they may say, and that ours are sound.
#include "engine/precision.h"
#include "scenarios.h"

namespace groel::tasks {
namespace {

TEST(BundledScenarios, AreSound) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(GROEL_SOURCE_DIR "/bench/scenarios")) {
    const Scenario scenario = read_scenario(entry.path());
    EXPECT_EQ(scenario.name, entry.path().stem().string());
    EXPECT_TRUE(fs::exists(scenario.data)) << entry.path();
    EXPECT_EQ(scenario.shape.width % (2 * scenario.shape.heads), 0) << entry.path();
    EXPECT_NO_THROW(engine::parse_precision(scenario.dtype)) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 20);
}

// What reading a scenario says that is no good.
std::string complaint(const fs::path& file) {
  try {
    read_scenario(file);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input) << e.what();
    EXPECT_EQ(e.parts().where, file.string());
    return e.what();
  }
  return "none";
}

TEST_F(Scenarios, MissingMembersAreNamed) {
  for (const char* name : {"name", "layers", "width", "heads", "data", "dtype", "threads", "residues"}) {
    nlohmann::json broken = tiny_;
    broken.erase(name);
    EXPECT_NE(complaint(write(broken)).find(fmt::format("'{}' is missing", name)), std::string::npos);
  }
}

TEST_F(Scenarios, MembersThatMakeNoSenseAreNamed) {
  struct Case {
    nlohmann::json member;
    std::string text;
  };
  const std::vector<Case> cases{
      {{{"layers", 0}}, "'layers' is 0, less than 1"},
      {{{"width", 0}}, "'width' is 0, less than 1"},
      {{{"heads", -2}}, "'heads' is -2, less than 1"},
      {{{"residues", 0}}, "'residues' is 0, less than 1"},
      {{{"length", 0}}, "'length' is 0, less than 1"},
      {{{"batch_tokens", 0}}, "'batch_tokens' is 0, less than 1"},
      {{{"layers", 1.5}}, "'layers' is 1.5, not a whole number"},
      {{{"residues", "all"}}, "'residues' is \"all\", not a whole number"},
      {{{"residues", std::uint64_t{1} << 63}}, "'residues' is 9223372036854775808, more than 9223372036854775807"},
      {{{"threads", -3}}, "'threads' is -3, less than 0"},
      {{{"threads", 5000}}, "'threads' is 5000, more than 4096"},
      {{{"dtype", "fp8"}}, "unknown dtype 'fp8': use f32, bf16, f32x3 or int8"},
      {{{"dtype", 16}}, "'dtype' is 16, not a text"},
      {{{"lenght", 10}}, "unknown member 'lenght' (did you mean 'length'?)"},
      {{{"model", "esm2"}}, "'layers' is the checkpoint's"},
  };
  for (const auto& [member, text] : cases) {
    nlohmann::json broken = tiny_;
    broken.update(member);
    EXPECT_NE(complaint(write(broken)).find(text), std::string::npos) << complaint(write(broken));
  }
  EXPECT_EQ(complaint(write(tiny_)), "none");
}

TEST_F(Scenarios, FilesThatAreNoScenario) {
  EXPECT_NE(complaint(write(nlohmann::json::array({1}))).find("a scenario is a JSON object"), std::string::npos);
  std::ofstream(folder_ / "scenario.json") << "{\"name\": ";
  EXPECT_NE(complaint(folder_ / "scenario.json").find("not valid JSON"), std::string::npos);
  try {
    read_scenario(folder_ / "none.json");
    ADD_FAILURE() << "read what is not there";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::not_found);
  }
}

}  // namespace
}  // namespace groel::tasks
