// groel doctor: shows what this machine can do and which of it GroEL uses.
#include <cstdlib>
#include <filesystem>

#include "base/cpu.h"
#include "base/resources.h"
#include "base/system.h"
#include "base/threads.h"
#include "base/version.h"
#include "checkpoints/model_cache.h"
#include "io/sequences.h"
#include "ops/kernels.h"
#include "report/picture.h"
#include "tasks/doctor/libraries.h"
#include "tasks/doctor/quality.h"
#include "tasks/reading/options.h"
#include "tasks/reading/settings.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

// What is set, and by whom; the cache as it is, since a variable may name its parent.
json settings_report() {
  const auto file = settings_file();
  std::error_code ignored;
  json out{{"file", file ? json(file->string()) : json()},
           {"file_exists", file && std::filesystem::exists(*file, ignored)}};
  for (const SettingKind& kind : setting_kinds())
    out["values"].push_back({{"key", kind.key}, {"value", kind.otherwise}, {"source", nullptr}});
  for (json& one : out["values"]) {
    for (const Setting& setting : user_settings())
      if (one["key"] == setting.key) one.update({{"value", setting.value}, {"source", setting.source}});
    if (one["key"] == "cache") one["value"] = checkpoints::hub_cache().string();
  }
  return out;
}

json report() {
  const char* cap = std::getenv("GROEL_ISA");
  return {{"version", kVersion},
          {"cpu", cpu_name()},
          {"isa",
           {{"machine", name(machine_isa())}, {"active", name(active_isa())}, {"GROEL_ISA", cap ? json(cap) : json()}}},
          {"kernels",
           {{"f32_products", ops::product_kernel(ops::Precision::f32)},
            {"bf16_products", ops::product_kernel(ops::Precision::bf16)},
            {"int8_products", ops::product_kernel(ops::Precision::int8)},
            {"f32x3_products", ops::splits_products() ? "split into bf16 products" : "as f32"},
            {"simd", ops::simd_target()}}},
          {"cores", available_cores()},
          {"threads", num_threads()},
          {"memory_available", available_memory()},
          {"libraries", library_versions()},
          {"pictures", report::draws_pictures()},
          {"structure_pages", report::draws_pictures() && report::draws_molecules()},
          {"gpu", nullptr},
          {"settings", settings_report()}};
}

void print_settings(const json& settings, std::ostream& out) {
  const std::string file =
      settings["file"].is_null() ? "none (GROEL_CONFIG is empty)" : settings["file"].get<std::string>();
  out << fmt::format("\nsettings          {}{}\n", file,
                     settings["file_exists"].get<bool>() || settings["file"].is_null() ? "" : " (is not there)");
  for (const json& one : settings["values"]) {
    const std::string value = one["value"].is_string() ? one["value"].get<std::string>() : one["value"].dump();
    out << fmt::format("  {:<16}{}  ({})\n", one["key"].get<std::string>(), value,
                       one["source"].is_null() ? "default" : "set by " + one["source"].get<std::string>());
  }
}

void print_report(const json& r, std::ostream& out) {
  const auto line = [&](std::string_view label, const std::string& value) {
    out << fmt::format("{:<18}{}\n", label, value);
  };
  line("GroEL", r["version"]);
  line("processor", r["cpu"]);
  line("instruction set",
       fmt::format("{}{}", r["isa"]["active"].get<std::string>(),
                   r["isa"]["active"] == r["isa"]["machine"] ? ""
                                                             : fmt::format(" (machine has {}; capped by GROEL_ISA)",
                                                                           r["isa"]["machine"].get<std::string>())));
  line("f32 products", r["kernels"]["f32_products"]);
  line("bf16 products", r["kernels"]["bf16_products"]);
  line("int8 products", r["kernels"]["int8_products"]);
  line("f32x3 products", r["kernels"]["f32x3_products"]);
  line("other kernels", r["kernels"]["simd"]);
  line("cores, threads", fmt::format("{}, {}", r["cores"].dump(), r["threads"].dump()));
  line("free memory", format_bytes(r["memory_available"]));
  line("GPU", "not used by this build");
  line("pictures", r["pictures"].get<bool>() ? "SVG, PNG, HTML"
                                             : "off: built without the charting part; `./run --pictures` gets it");
  line("structure pages", r["structure_pages"].get<bool>()
                              ? "on"
                              : "off: built without ECharts or 3Dmol.js; `./run --pictures` gets them");
  for (const auto& [library, version] : r["libraries"].items()) line(library, version);
  print_settings(r["settings"], out);
}

struct DoctorOptions : ThreadOptions {
  std::vector<std::string> model;
  bool quality = false;
  bool json = false;

  void declare(OptionBinder& to) {
    to(model, {.name = "model",
               .type = OptionType::paths,
               .help = "Of --quality: a model, as -m takes it elsewhere",
               .value_name = "MODEL"});
    to(quality, {.name = "quality",
                 .help = "What bf16, f32x3 and weights of eight bits cost this model: perplexity, likeliest letters, "
                         "vectors, a scan, next to f32"});
    to(threads, threads_option());
    to(json, json_option());
  }
};

int show_quality(const DoctorOptions& options, Context& context) {
  if (options.model.size() != 1)
    throw Error(ErrorKind::usage, {"name one model", {}, "groel doctor groel-5m --quality"});
  const auto fasta = find_resource("examples/proteins.fasta");
  if (!fasta) throw Error(ErrorKind::not_found, {"the bundled proteins are not there", "examples/proteins.fasta", {}});
  std::vector<std::string> proteins;
  for (const io::SequenceRecord& record : io::read_sequences({fasta->string()})) proteins.push_back(record.sequence);
  const auto found = quality_of(options.model.front(), proteins, context.sink);
  context.out << (options.json ? found.dump(2) + "\n" : quality_table(found));
  return 0;
}

int run(const DoctorOptions& options, Context& context) {
  if (options.quality) return show_quality(options, context);
  if (!options.model.empty())
    throw Error(ErrorKind::usage,
                {"what is to be looked at of the model?", options.model.front(), "add --quality; or `groel info`"});
  const json r = report();
  if (options.json)
    context.out << r.dump(2) << '\n';
  else
    print_report(r, context.out);
  return 0;
}

}  // namespace

Task doctor_task() {
  return {.name = "doctor",
          .summary = "Show the processor's features, the kernels chosen, memory, threads, libraries and your settings",
          .description = "What to attach to a report of something going wrong.",
          .examples = {{"groel doctor", "a table"},
                       {"GROEL_ISA=avx2 groel doctor", "as on an older processor"},
                       {"groel doctor groel-5m --quality", "what faster forms of a model cost"}},
          .options = option_table<DoctorOptions>(),
          .run = entry<DoctorOptions, run>};
}

}  // namespace groel::tasks
