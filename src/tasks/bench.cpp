// groel bench: speed in real tokens per second, compared with this machine's own limits.
#include <charconv>

#include "base/cpu.h"
#include "base/threads.h"
#include "engine/precision.h"
#include "tasks/bench/run.h"
#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

struct BenchTaskOptions {
  std::vector<std::string> scenario;
  std::int64_t runs = 0;
  std::int64_t warmups = 0;
  std::vector<std::string> threads;
  std::optional<std::string> dtype;
  bool table = false;
  bool profile = false;
  bool json = false;

  void declare(OptionBinder& to) {
    to(scenario, {.name = "scenario",
                  .type = OptionType::paths,
                  .help = "Scenario files (JSON): shape or checkpoint, data, lengths, precision, threads",
                  .value_name = "FILE",
                  .required = true});
    to(runs, {.name = "runs", .help = "Counted runs", .otherwise = 5, .value_name = "N"});
    to(warmups, {.name = "warmups", .help = "Runs before them", .otherwise = 1, .value_name = "N"});
    to(threads, {.name = "threads",
                 .letter = 't',
                 .help = "Threads, whatever the scenario says; several are run one after the other; 0: every core",
                 .value_name = "N,..."});
    to(dtype, {.name = "dtype", .help = "Precision, whatever the scenario says", .choices = engine::precision_names()});
    to(table, {.name = "table", .help = "Print a Markdown table, with the scaling by threads", .group = kOutput});
    to(profile, {.name = "profile", .help = "Show the time of each operator, in one run more", .group = kOutput});
    to(json, json_option());
  }
};

json to_json(const Spread& s) { return {{"median", s.median}, {"lowest", s.lowest}, {"highest", s.highest}}; }

json to_json(const BenchResult& r) {
  json rows = json::array();
  for (const ProfileRow& row : r.profile)
    rows.push_back({{"operator", row.name}, {"calls", row.calls}, {"seconds", row.seconds}, {"flops", row.flops}});
  return {{"scenario", r.scenario.name},
          {"dtype", r.scenario.dtype},
          {"threads", r.threads},
          {"isa", name(active_isa())},
          {"cpu", cpu_name()},
          {"sequences", r.sequences},
          {"tokens", r.tokens},
          {"flops", r.flops},
          {"tokens_per_second", to_json(r.tokens_per_second)},
          {"flops_per_second", to_json(r.flops_per_second)},
          {"product_limit_flops_per_second", r.product_limit},
          {"fraction_of_limit", r.flops_per_second.median / r.product_limit},
          {"memory_bandwidth_bytes_per_second", r.bandwidth},
          {"profile", rows},
          {"profile_seconds", r.profile_seconds}};
}

void print_profile(const BenchResult& r, std::ostream& out) {
  double left = r.profile_seconds;
  const auto line = [&](const std::string& what, double seconds, const std::string& more) {
    out << fmt::format("    {:<30} {:>9.3f} s {:>5.1f} %{}\n", what, seconds, 100 * seconds / r.profile_seconds, more);
  };
  for (const ProfileRow& row : r.profile) {
    line(fmt::format("{:<16}{:>8} calls", row.name, row.calls), row.seconds,
         row.flops > 0 ? fmt::format("  {:7.1f} GFLOP/s", row.flops / row.seconds * 1e-9) : "");
    left -= row.seconds;
  }
  if (!r.profile.empty()) line("between operators", left, "");
}

void print(const BenchResult& r, std::ostream& out) {
  const Spread& speed = r.tokens_per_second;
  out << fmt::format(
      "{:<22} {:<6}{:>9.0f} tokens/s ({:.0f}..{:.0f}) {:>8.1f} GFLOP/s, {:.2f} of the {:.0f} of a bare product; "
      "{} tokens, {} {}, memory bandwidth {:.1f} GB/s\n",
      r.scenario.name, r.scenario.dtype, speed.median, speed.lowest, speed.highest, r.flops_per_second.median * 1e-9,
      r.flops_per_second.median / r.product_limit, r.product_limit * 1e-9, r.tokens, r.threads,
      r.threads == 1 ? "thread" : "threads", r.bandwidth * 1e-9);
  print_profile(r, out);
  out.flush();
}

// A Markdown table. The last column is the speed against that with the first of the numbers of threads.
constexpr std::string_view kTableHeader =
    "| scenario | dtype | threads | tokens/s | lowest..highest | MFLOP/token | GFLOP/s | limit, GFLOP/s | of the limit "
    "| against the first |\n|---|---|---|---|---|---|---|---|---|---|\n";

std::string table_row(const BenchResult& r, const BenchResult& first) {
  const Spread& speed = r.tokens_per_second;
  return fmt::format("| {} | {} | {} | {:.0f} | {:.0f}..{:.0f} | {:.1f} | {:.1f} | {:.1f} | {:.2f} | {:.2f} |\n",
                     r.scenario.name, r.scenario.dtype, r.threads, speed.median, speed.lowest, speed.highest,
                     r.flops / static_cast<double>(r.tokens) * 1e-6, r.flops_per_second.median * 1e-9,
                     r.product_limit * 1e-9, r.flops_per_second.median / r.product_limit,
                     speed.median / first.tokens_per_second.median);
}

int parse_threads(const std::string& word) {
  int value = -1;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size() || value < 0 || value > kMostThreads)
    throw Error(ErrorKind::usage, {fmt::format("'{}' is not a number of threads", word), "--threads",
                                   fmt::format("0 (every core) to {}, e.g. 1,2", kMostThreads)});
  return value;
}

Scenario chosen_scenario(const std::string& path, const BenchTaskOptions& options) {
  Scenario scenario = read_scenario(path);
  if (options.dtype) scenario.dtype = *options.dtype;
  return scenario;
}

std::vector<int> chosen_threads(const Scenario& scenario, const BenchTaskOptions& options) {
  std::vector<int> out;
  for (const std::string& word : options.threads) out.push_back(parse_threads(word));
  if (out.empty()) out.push_back(scenario.threads);
  return out;
}

// One scenario's results as they come; JSON is gathered, as it is one array.
class Printer {
 public:
  Printer(const BenchTaskOptions& options, std::ostream& out) : json_(options.json), table_(options.table), out_(out) {
    if (json_ && table_)
      throw Error(ErrorKind::usage, {"--json and --table exclude each other", "--table", "leave one of them out"});
    if (table_ && options.profile)
      throw Error(ErrorKind::usage,
                  {"a table has no place for --profile", "--table", "leave one of them out; --json shows everything"});
  }

  void add(const std::vector<BenchResult>& results) {
    if (table_ && !begun_) out_ << kTableHeader;
    begun_ = true;
    for (const BenchResult& result : results) {
      if (json_)
        all_.push_back(to_json(result));
      else if (table_)
        out_ << table_row(result, results.front());
      else
        print(result, out_);
    }
    out_.flush();
  }

  void finish() {
    if (json_) out_ << all_.dump(2) << '\n';
  }

 private:
  bool json_;
  bool table_;
  bool begun_ = false;
  std::ostream& out_;
  json all_ = json::array();
};

// A whole number of at least `least`.
int count_of(std::int64_t value, const char* flag, int least) {
  constexpr int kMost = 1'000'000;
  if (least <= value && value <= kMost) return static_cast<int>(value);
  throw Error(ErrorKind::usage, {fmt::format("{} is not from {} to {}", value, least, kMost), flag, {}});
}

// What a scenario says is settled before any is run: a mistake in the last one must not cost the time of the others.
std::vector<Scenario> chosen_scenarios(const BenchTaskOptions& options) {
  std::vector<Scenario> out;
  for (const std::string& path : options.scenario) out.push_back(chosen_scenario(path, options));
  return out;
}

int run(const BenchTaskOptions& options, Context& context) {
  const BenchOptions bench{count_of(options.warmups, "--warmups", 0), count_of(options.runs, "--runs", 1),
                           options.profile};
  Printer printer(options, context.out);
  for (const Scenario& scenario : chosen_scenarios(options))
    printer.add(run_bench(scenario, chosen_threads(scenario, options), bench));
  printer.finish();
  return 0;
}

}  // namespace

Task bench_task() {
  return {.name = "bench",
          .summary = "Measure speed on seeded random weights, against the limits of this machine",
          .description =
              "Runs scenario files: warm-up, then several runs, of which the median, lowest and highest are shown, in "
              "real tokens per second (residues and end tokens, never padding). A bare product, the limit, is oneDNN's "
              "fastest over the model's shapes and in its precision (f32 for f32x3), measured in the same run with the "
              "same threads. bench/scenarios holds scenarios; docs/performance.md says what is counted.",
          .examples = {{"groel bench bench/scenarios/8m-mixed-f32.json --profile",
                        "one scenario, with the time of each operator"},
                       {"groel bench bench/scenarios/8m-length-*.json --threads 1,2 --table",
                        "cost against length, and against threads"},
                       {"groel bench bench/scenarios/*.json --json", "all of them, for programs"}},
          .options = option_table<BenchTaskOptions>(),
          .run = entry<BenchTaskOptions, run>};
}

}  // namespace groel::tasks
