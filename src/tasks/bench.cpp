// groel bench: speed in real tokens a second, against this machine's own limits.
#include "base/cpu.h"
#include "base/threads.h"
#include "tasks/bench/scenario.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

json to_json(const Spread& s) { return {{"median", s.median}, {"lowest", s.lowest}, {"highest", s.highest}}; }

json to_json(const BenchResult& r) {
  json rows = json::array();
  for (const ProfileRow& row : r.profile)
    rows.push_back({{"operator", row.name}, {"calls", row.calls}, {"seconds", row.seconds}, {"flops", row.flops}});
  return {{"scenario", r.scenario.name},
          {"dtype", r.scenario.dtype},
          {"threads", num_threads()},
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
          {"profile", rows}};
}

void print_profile(const std::vector<ProfileRow>& rows, std::ostream& out) {
  double total = 0;
  for (const ProfileRow& row : rows) total += row.seconds;
  for (const ProfileRow& row : rows)
    out << fmt::format("    {:<16}{:>8} calls {:>9.3f} s {:>5.1f} %{}\n", row.name, row.calls, row.seconds,
                       100 * row.seconds / total,
                       row.flops > 0 ? fmt::format("  {:7.1f} GFLOP/s", row.flops / row.seconds * 1e-9) : "");
}

void print(const BenchResult& r, std::ostream& out) {
  const Spread& speed = r.tokens_per_second;
  out << fmt::format(
      "{:<22}{:>10.0f} tokens/s ({:.0f}..{:.0f}) {:>8.1f} GFLOP/s, {:.2f} of the {:.0f} of a bare product; "
      "{} tokens, {} threads, memory {:.1f} GB/s\n",
      r.scenario.name, speed.median, speed.lowest, speed.highest, r.flops_per_second.median * 1e-9,
      r.flops_per_second.median / r.product_limit, r.product_limit * 1e-9, r.tokens, num_threads(), r.bandwidth * 1e-9);
  print_profile(r.profile, out);
  out.flush();
}

int run(const Options& options, Context& context) {
  const BenchOptions bench{static_cast<int>(options.integer("warmups")), static_cast<int>(options.integer("runs")),
                           options.flag("profile")};
  if (bench.runs < 1 || bench.warmups < 0) throw Error(ErrorKind::usage, {"at least one run", "--runs", {}});
  json all = json::array();
  for (const std::string& path : options.list("scenario")) {
    Scenario scenario = read_scenario(path);
    if (options.has("threads")) scenario.threads = static_cast<int>(options.integer("threads"));
    if (options.has("dtype")) scenario.dtype = options.text("dtype");
    const BenchResult result = run_bench(scenario, bench);
    if (options.flag("json"))
      all.push_back(to_json(result));
    else
      print(result, context.out);
  }
  if (options.flag("json")) context.out << all.dump(2) << '\n';
  return 0;
}

}  // namespace

Task bench_task() {
  return {.name = "bench",
          .summary = "Measure speed on seeded random weights, against the limits of this machine",
          .description =
              "Runs scenario files: warm-up, then several runs, of which the median, lowest and highest are shown, in "
              "real tokens a second. The limit is the best bare matrix product over the model's shapes, measured in "
              "the same run with the same threads.",
          .examples = {{"groel bench bench/scenarios/8m-mixed-f32.json --profile",
                        "one scenario, with the time of each operator"},
                       {"groel bench bench/scenarios/*.json --json", "all of them, for programs"}},
          .options =
              {{.name = "scenario",
                .type = OptionType::paths,
                .help = "Scenario files",
                .value_name = "FILE",
                .required = true},
               {.name = "runs", .type = OptionType::integer, .help = "Counted runs", .otherwise = 5, .value_name = "N"},
               {.name = "warmups",
                .type = OptionType::integer,
                .help = "Runs before them",
                .otherwise = 1,
                .value_name = "N"},
               {.name = "threads",
                .letter = 't',
                .type = OptionType::integer,
                .help = "Threads, whatever the scenario says",
                .value_name = "N"},
               {.name = "dtype",
                .type = OptionType::choice,
                .help = "Precision, whatever the scenario says",
                .choices = engine::precision_names()},
               {.name = "profile", .type = OptionType::flag, .help = "Show the time of each operator"},
               json_option()},
          .run = run};
}

}  // namespace groel::tasks
