// Runs golden cases from a directory and prints one table: test_golden --help.
#include <iostream>
#include <sstream>

#include "golden/runner.h"
#include "golden/self_check.h"

namespace groel::golden {
namespace {

constexpr const char* kUsage =
    R"(usage: test_golden [--strict] [--no-case NAME,NAME...] [--self-check] [DIRECTORY]

Runs every check that a folder of DIRECTORY (tests/data), or DIRECTORY itself, is known to be a case of, and prints a line
a figure. The exit status is 1 when one missed.

  --strict      a folder that no test knows is a miss too, and so is a family of this build without a case
  --no-case     folders that hold other things than cases
  --self-check  runs copies with one value changed instead, and fails when that is no miss
)";

struct Arguments {
  std::filesystem::path directory = GROEL_TEST_DATA;
  RunOptions options;
  bool self_check = false, help = false;
};

Arguments parse(const std::vector<std::string>& words) {
  Arguments out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--strict") {
      out.options.strict = true;
    } else if (words[i] == "--self-check") {
      out.self_check = true;
    } else if (words[i] == "--no-case" && i + 1 < words.size()) {
      std::istringstream names(words[++i]);
      for (std::string name; std::getline(names, name, ',');) out.options.no_cases.insert(name);
    } else if (words[i].starts_with("-")) {
      out.help = true;
    } else {
      out.directory = words[i];
    }
  }
  return out;
}

int run_self_check(const Arguments& arguments) {
  const SelfCheckReport report = self_check(arguments.directory);
  std::cout << report.problems << "golden self-check: " << report.changes << " copies, "
            << (report.problems.empty() ? "every change was a miss\n" : "FAILED\n");
  return report.problems.empty() ? 0 : 1;
}

int run_table(const Arguments& arguments) {
  const Report report = run(arguments.directory, arguments.options);
  std::cout << table(report);
  return exit_status(report, arguments.options);
}

}  // namespace
}  // namespace groel::golden

int main(int argc, char** argv) {
  using namespace groel::golden;
  try {
    const Arguments arguments = parse({argv + 1, argv + argc});
    if (arguments.help) return std::cout << kUsage, 2;
    return arguments.self_check ? run_self_check(arguments) : run_table(arguments);
  } catch (const std::exception& error) {
    std::cerr << "test_golden: " << error.what() << '\n';
    return 2;
  }
}
