// Reads the table src/layers.txt, which says which layer may include which, and checks every #include against it.
#pragma once

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "project/source_tree.h"

namespace groel::project {

/// Layer -> the layers it may include besides itself.
using LayerTable = std::map<std::string, std::set<std::string>>;

/// Reads "layer: other other" lines; '#' starts a comment line.
inline LayerTable parse_layers(const std::string& text) {
  LayerTable table;
  for (const std::string& line : split_lines(text)) {
    const std::size_t colon = line.find(':');
    if (line.empty() || line[0] == '#' || colon == std::string::npos) continue;
    std::istringstream names(line.substr(colon + 1));
    std::set<std::string>& below = table[line.substr(0, colon)];
    for (std::string name; names >> name;) below.insert(name);
  }
  return table;
}

/// A layer reachable from itself, as "a -> b -> a"; empty when the table has no cycle.
inline std::string find_cycle(const LayerTable& table) {
  std::set<std::string> done;
  std::vector<std::string> path;
  // Depth first; a layer met again on its own path closes a cycle.
  const auto visit = [&](const auto& self, const std::string& layer) -> std::string {
    const auto start = std::find(path.begin(), path.end(), layer);
    if (start != path.end()) {
      std::string cycle;
      for (auto step = start; step != path.end(); ++step) cycle += *step + " -> ";
      return cycle + layer;
    }
    const auto row = table.find(layer);
    if (row == table.end() || done.contains(layer)) return "";
    path.push_back(layer);
    for (const std::string& below : row->second)
      if (std::string cycle = self(self, below); !cycle.empty()) return cycle;
    path.pop_back();
    done.insert(layer);
    return "";
  };
  for (const auto& [layer, below] : table)
    if (std::string cycle = visit(visit, layer); !cycle.empty()) return cycle;
  return "";
}

/// What is wrong with the table itself: a cycle, or a name that has no row.
inline std::vector<std::string> check_table(const LayerTable& table) {
  std::vector<std::string> problems;
  if (const std::string cycle = find_cycle(table); !cycle.empty()) problems.push_back("cycle in layers.txt: " + cycle);
  for (const auto& [layer, below] : table)
    for (const std::string& name : below)
      if (!table.contains(name))
        problems.push_back("layers.txt: '" + layer + "' names '" + name + "', which has no row");
  return problems;
}

/// The path of `#include "..."`; empty for any other line.
inline std::string quoted_include(const std::string& line) {
  const std::size_t hash = line.find_first_not_of(" \t");
  if (hash == std::string::npos || line[hash] != '#') return "";
  const std::size_t word = line.find_first_not_of(" \t", hash + 1);
  if (word == std::string::npos || line.compare(word, 7, "include") != 0) return "";
  const std::size_t open = line.find('"', word);
  const std::size_t close = open == std::string::npos ? open : line.find('"', open + 1);
  return close == std::string::npos ? "" : line.substr(open + 1, close - open - 1);
}

/// The folder after "src/"; empty for what does not lie in a layer.
inline std::string layer_of(const std::string& path) {
  const std::size_t end = path.find('/', 4);
  return path.rfind("src/", 0) != 0 || end == std::string::npos ? "" : path.substr(4, end - 4);
}

/// What is wrong with one include of a file of `layer`; empty when nothing is. An empty layer is a shell (cli, the
/// public headers), which may include every layer and what lies beside it.
inline std::string check_include(const LayerTable& table, const std::string& layer, const std::string& include) {
  const std::size_t slash = include.find('/');
  if (slash == std::string::npos)
    return layer.empty() ? "" : "\"" + include + "\" does not say its layer (\"layer/file.h\")";
  const std::string target = include.substr(0, slash);
  if (layer.empty() && (target == "cli" || target == "groel")) return "";
  if (!table.contains(target)) return "\"" + include + "\": '" + target + "' is no layer of layers.txt";
  if (layer.empty() || target == layer || table.at(layer).contains(target)) return "";
  return "'" + layer + "' may not include '" + target + "' (\"" + include + "\")";
}

/// Every #include "..." that goes the wrong way, as "file:line: what is wrong".
inline std::vector<std::string> check_includes(const LayerTable& table, const std::vector<SourceFile>& files) {
  std::vector<std::string> problems;
  for (const SourceFile& file : files) {
    const std::string layer = layer_of(file.path);
    if (!layer.empty() && !table.contains(layer)) {
      problems.push_back(file.path + ":1: '" + layer + "' is no layer of layers.txt");
      continue;
    }
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string include = quoted_include(file.lines[i]);
      const std::string problem = include.empty() ? "" : check_include(table, layer, include);
      if (!problem.empty()) problems.push_back(file.path + ":" + std::to_string(i + 1) + ": " + problem);
    }
  }
  return problems;
}

}  // namespace groel::project
