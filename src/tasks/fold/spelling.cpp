// Reads AlphaFold 3's flags as ours, so that a cluster's script works with groel fold in the place of run_alphafold.py.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/error.h"
#include "tasks/fold/options.h"

namespace groel::tasks {
namespace {

// Its switches: the one of ours, and for which value ours is given. "": ours has none, as what it asks for is always
// so.
struct Switch {
  const char* ours;
  bool given_for;
};
const std::map<std::string, Switch>& switches() {
  static const std::map<std::string, Switch> all{{"run-data-pipeline", {"no-data-pipeline", false}},
                                                 {"run-inference", {"no-inference", false}},
                                                 {"resolve-msa-overlaps", {"no-resolve-msa-overlaps", false}},
                                                 {"fix-standalone-glycans", {"fix-standalone-glycans", true}},
                                                 {"force-output-dir", {"overwrite", true}},
                                                 {"save-embeddings", {"save-embeddings", true}},
                                                 {"save-distogram", {"save-distogram", true}},
                                                 {"compress-large-output-files", {"compress-large-output-files", true}},
                                                 {"save-terms-of-use", {"no-terms-of-use", false}}};
  return all;
}

struct Flag {
  std::string name, value;
  bool has_value = false;
};

// "--json_path=x" as "json-path" and "x"; one dash will do, as there.
Flag split(const std::string& word) {
  const std::size_t start = word.find_first_not_of('-'), equals = word.find('=');
  Flag flag{word.substr(start, equals == std::string::npos ? equals : equals - start), {}, equals != std::string::npos};
  if (flag.has_value) flag.value = word.substr(equals + 1);
  std::ranges::replace(flag.name, '_', '-');
  return flag;
}

bool is_long_flag(const std::string& word) {
  return word.size() > 2 && word[0] == '-' && (word[1] == '-' || word.find('_') != std::string::npos) && word != "--";
}

// Its flags of a database or a program, as one option of ours: "uniref90-database-path" is --database uniref90=.
struct Ending {
  const char *ending, *ours;
};
constexpr Ending kEndings[] = {
    {"-database-path", "database"}, {"-z-value", "database-total"}, {"-binary-path", "program"}};

std::optional<std::pair<std::string, std::string>> named_option(std::string name) {
  for (const auto& [ending, ours] : kEndings) {
    if (!name.ends_with(ending)) continue;
    name.resize(name.size() - std::string_view(ending).size());
    std::ranges::replace(name, '-', '_');
    return std::pair{std::string(ours), name};
  }
  return std::nullopt;
}

// What has no effect here: threads are shared out by --threads, and there is no GPU.
bool is_unused(const std::string& name) {
  static const std::set<std::string> all{"flash-attention-implementation",
                                         "gpu-device",
                                         "jax-backend",
                                         "jax-compilation-cache-dir",
                                         "jackhmmer-n-cpu",
                                         "nhmmer-n-cpu",
                                         "hmmsearch-n-cpu",
                                         "jackhmmer-max-parallel-shards",
                                         "nhmmer-max-parallel-shards"};
  return all.contains(name) || (name.starts_with("no") && all.contains(name.substr(2)));
}

bool is_true(const Flag& flag) { return flag.value != "false" && flag.value != "False" && flag.value != "0"; }

// The flag of a switch, or nothing where ours is so without one.
std::vector<std::string> switched(const Flag& flag) {
  const bool negated = !switches().contains(flag.name);
  const Switch& found = switches().at(negated ? flag.name.substr(2) : flag.name);
  const bool set = !negated && is_true(flag);
  return set == found.given_for ? std::vector<std::string>{std::string("--") + found.ours} : std::vector<std::string>{};
}

bool is_switch(const Flag& flag) {
  return switches().contains(flag.name) ||
         (flag.name.starts_with("no") && !flag.has_value && switches().contains(flag.name.substr(2)));
}

}  // namespace

std::vector<std::string> as_fold_spells(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!is_long_flag(words[i])) {
      out.push_back(words[i]);
      continue;
    }
    Flag flag = split(words[i]);
    const auto named = named_option(flag.name);
    // Values may be words of their own.
    if (named && !flag.has_value && i + 1 < words.size()) flag.value = words[++i];
    if (named) {
      out.push_back(fmt::format("--{}={}={}", named->first, named->second, flag.value));
    } else if (is_switch(flag)) {
      const auto ours = switched(flag);
      out.insert(out.end(), ours.begin(), ours.end());
    } else if (is_unused(flag.name)) {
      if (!flag.has_value && i + 1 < words.size() && !words[i + 1].starts_with('-') && !flag.name.starts_with("no"))
        ++i;
      out.push_back("--alphafold3-flag=" + flag.name);
    } else {
      out.push_back("--" + flag.name + (flag.has_value ? "=" + flag.value : ""));
    }
  }
  return out;
}

}  // namespace groel::tasks
