// Checks outputs before a run; the system's file numbers tell whether two paths are the same file.
#include "tasks/reading/outputs.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/atomic_file.h"
#include "checkpoints/find_model.h"
#include "formats/extension.h"
#include "tasks/reading/named_models.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;

/// A file or a folder that exists.
struct Identity {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const Identity&) const = default;
};

std::optional<Identity> identity_of(const struct stat& status) {
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return std::nullopt;  // a device may be both
  return Identity{status.st_dev, status.st_ino};
}

std::optional<Identity> identity_of(const fs::path& path) {
  struct stat status {};
  if (path.empty() || ::stat(path.c_str(), &status) != 0) return std::nullopt;
  return identity_of(status);
}

struct Input {
  std::string name;
  Identity identity;
};

std::vector<std::string> words_of(const nlohmann::json& value) {
  if (value.is_string()) return {value.get<std::string>()};
  if (value.is_array() && !value.empty() && value.front().is_string()) return value.get<std::vector<std::string>>();
  return {};
}

// Whatever else is named and exists, with no list of options that could forget one; and what stdin comes from.
std::vector<Input> inputs_of(const std::vector<OptionSpec>& table, const Options& options,
                             const std::vector<std::string_view>& verbs) {
  std::vector<Input> out;
  for (const OptionSpec& spec : table) {
    if (spec.writes != Writes::nothing || spec.type == OptionType::choice || !options.has(spec.name)) continue;
    for (const std::string& word : words_of(options.json()[spec.name])) {
      // What a folder of that name is not.
      if (spec.type == OptionType::paths && std::find(verbs.begin(), verbs.end(), word) != verbs.end()) continue;
      if (const auto identity = identity_of(fs::path(word))) out.push_back({word, *identity});
    }
  }
  struct stat status {};
  if (::fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode))
    if (const auto identity = identity_of(status)) out.push_back({"standard input", *identity});
  return out;
}

// Folders and files of the models that the options name.
std::vector<fs::path> models_of(const std::vector<OptionSpec>& table, const Options& options) {
  std::vector<fs::path> out;
  for (const std::string& word : named_models(table, options)) try {
      out.push_back(fs::canonical(checkpoints::resolve_model(word)));
    } catch (const std::exception&) {  // the task says what is wrong with it
    }
  return out;
}

bool lies_in(const fs::path& path, const fs::path& folder) {
  const auto [rest, end] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return rest == folder.end();
}

// Also of a path whose last parts do not exist yet.
fs::path settled(const fs::path& path) {
  std::error_code failed;
  const fs::path absolute = fs::absolute(output_place(path).path, failed);
  const fs::path out = fs::weakly_canonical(absolute, failed);
  return failed ? absolute : out;
}

struct Output {
  const OptionSpec* spec;
  fs::path path;
};

// A picture has its data beside it.
std::vector<Output> outputs_of(const std::vector<OptionSpec>& table, const Options& options) {
  std::vector<Output> out;
  for (const OptionSpec& spec : table) {
    if (spec.writes == Writes::nothing) continue;
    const std::string path = options.text(spec.name);
    if (path.empty() || path == "-" || output_place(path).special) continue;
    out.push_back({&spec, path});
    if (spec.writes == Writes::picture) out.push_back({&spec, path + ".csv"});
  }
  return out;
}

[[noreturn]] void refuse(const Output& output, const std::string& what) {
  throw Error(ErrorKind::usage, {what, output.path.string(), fmt::format("give --{} another name", output.spec->name)});
}

void check_against_inputs(const Output& output, const std::vector<Input>& inputs) {
  const auto identity = identity_of(output.path);
  if (!identity) return;
  for (const Input& input : inputs)
    if (*identity == input.identity)
      refuse(output, fmt::format("the output is an input, too{}",
                                 input.name == output.path ? "" : fmt::format(": the same as {}", input.name)));
}

void check_against_models(const Output& output, const std::vector<fs::path>& models) {
  const fs::path path = settled(output.path);
  for (const fs::path& model : models) {
    const bool same = path == model;
    const bool inside = output.spec->writes != Writes::folder && fs::is_directory(model) && lies_in(path, model);
    const bool around = output.spec->writes == Writes::folder && lies_in(model, path);
    if (same || around) refuse(output, fmt::format("the model is read from there ({})", model.string()));
    if (inside) refuse(output, fmt::format("the output would be among the files of the model {}", model.string()));
  }
}

void check_apart(const std::vector<Output>& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (settled(outputs[i].path) == settled(outputs[j].path) ||
          (identity_of(outputs[i].path) && identity_of(outputs[i].path) == identity_of(outputs[j].path)))
        refuse(outputs[i],
               fmt::format("--{} and --{} would be one file", outputs[j].spec->name, outputs[i].spec->name));
}

}  // namespace

void check_output_format(const std::string& path, std::span<const std::string> extensions, Sink& sink) {
  if (path.empty() || path == "-") return;
  formats::check_extension(path, extensions);
  if (formats::format_extension(path).empty() && !output_place(path).special)
    sink.note(fmt::format("{}: {}, as the name has no extension", path, formats::format_title(extensions.front())));
}

void check_outputs(const std::vector<OptionSpec>& table, const std::vector<std::string_view>& verbs,
                   const Options& options, Sink& sink) {
  for (const OptionSpec& spec : table)
    if (spec.writes == Writes::picture)
      formats::check_extension(options.text(spec.name), spec.extensions);  // one without is refused when it is drawn
    else if (!spec.extensions.empty())
      check_output_format(options.text(spec.name), spec.extensions, sink);
  const std::vector<Output> outputs = outputs_of(table, options);
  if (outputs.empty()) return;
  const std::vector<Input> inputs = inputs_of(table, options, verbs);
  const std::vector<fs::path> models = models_of(table, options);
  for (const Output& output : outputs) {
    check_against_inputs(output, inputs);
    check_against_models(output, models);
    if (output.spec->writes != Writes::folder) remove_stale_temporaries(output.path);
  }
  check_apart(outputs);
}

}  // namespace groel::tasks
