// groel data terms: what an ontology holds, or what it says of a few terms.
#include <algorithm>
#include <map>

#include "tasks/data/verbs.h"
#include "tasks/reading/ontology.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;
using ontology::Place;
using ontology::Resolution;
using ontology::Term;

struct View {
  const LoadedOntology& loaded;
  std::optional<ontology::Slim> slim;
  std::vector<std::string> relations;
};

ordered_json named(const Term& term) { return {{"id", term.id}, {"name", term.name}}; }

ordered_json parents_json(const View& view, Place place) {
  const ontology::Ontology& terms = view.loaded.terms;
  const auto followed = view.loaded.hierarchy.parents(place);
  ordered_json out = ordered_json::array();
  for (const ontology::Link& link : terms[place].links) {
    const std::string& relation = terms.relations()[link.relation];
    const bool counts = std::find(followed.begin(), followed.end(), link.target) != followed.end() &&
                        std::find(view.relations.begin(), view.relations.end(), relation) != view.relations.end();
    if (!counts) continue;
    out.push_back(named(terms[link.target]));
    out.back()["relation"] = relation;
  }
  return out;
}

// Children of children, each once.
std::int64_t descendants(const ontology::Hierarchy& hierarchy, Place place) {
  std::vector<bool> seen(hierarchy.ontology().terms().size());
  std::vector<Place> found{place};
  for (std::size_t next = 0; next < found.size(); ++next)
    for (const Place child : hierarchy.children(found[next]))
      if (!seen[child]) {
        seen[child] = true;
        found.push_back(child);
      }
  return static_cast<std::int64_t>(found.size()) - 1;
}

void add_hierarchy(ordered_json& out, View& view, Place place) {
  const ontology::Hierarchy& hierarchy = view.loaded.hierarchy;
  std::vector<Place> above{place};
  ontology::Propagation(hierarchy).close(above);
  ordered_json ancestors = ordered_json::array();
  for (const Place one : above)
    if (one != place) ancestors.push_back(named(view.loaded.terms[one]));
  out["parents"] = parents_json(view, place);
  out["ancestors"] = std::move(ancestors);
  out["children"] = hierarchy.children(place).size();
  out["descendants"] = descendants(hierarchy, place);
  if (!view.slim) return;
  out["slim"] = ordered_json::array();
  for (const Place one : view.slim->nearest(place)) out["slim"].push_back(named(view.loaded.terms[one]));
}

ordered_json term_json(View& view, const std::string& asked, const Resolution& found) {
  const Term& term = view.loaded.terms[found.place];
  ordered_json out{{"asked", asked},
                   {"id", term.id},
                   {"name", term.name},
                   {"namespace", term.space},
                   {"aspect", ontology::aspect_of(term.space)},
                   {"obsolete", term.obsolete},
                   {"alternative_ids", term.alternative_ids},
                   {"subsets", term.subsets}};
  if (term.obsolete)
    out.update({{"replaced_by", term.replaced_by}, {"consider", term.consider}});
  else
    add_hierarchy(out, view, found.place);
  return out;
}

ordered_json summary_json(const LoadedOntology& loaded) {
  std::map<std::string, std::int64_t> aspects, roots;
  std::int64_t obsolete = 0, alternative = 0, links = 0;
  std::map<std::string, std::int64_t> subsets;
  for (Place place = 0; place < loaded.terms.terms().size(); ++place) {
    const Term& term = loaded.terms[place];
    obsolete += term.obsolete ? 1 : 0;
    alternative += static_cast<std::int64_t>(term.alternative_ids.size());
    if (term.obsolete) continue;
    links += static_cast<std::int64_t>(loaded.hierarchy.parents(place).size());
    ++aspects[ontology::aspect_of(term.space)];
    if (loaded.hierarchy.is_root(place)) ++roots[ontology::aspect_of(term.space)];
    for (const std::string& subset : term.subsets) ++subsets[subset];
  }
  ordered_json out{
      {"version", loaded.terms.version()}, {"terms", loaded.terms.terms().size()},  {"obsolete", obsolete},
      {"alternative_ids", alternative},    {"relations", loaded.terms.relations()}, {"links_followed", links}};
  out["aspects"] = ordered_json::array();
  for (const auto& [name, count] : aspects)
    out["aspects"].push_back({{"aspect", name}, {"terms", count}, {"without_parents", roots[name]}});
  out["subsets"] = ordered_json::array();
  for (const auto& [name, count] : subsets) out["subsets"].push_back({{"subset", name}, {"terms", count}});
  return out;
}

void print_summary(const ordered_json& all, std::ostream& out) {
  for (const char* name : {"version", "terms", "obsolete", "alternative_ids", "links_followed"})
    out << fmt::format("{:<16} {}\n", name, all[name].is_string() ? all[name].get<std::string>() : all[name].dump());
  out << fmt::format("{:<16} {}\n", "relations", listed(all["relations"].get<std::vector<std::string>>()));
  for (const ordered_json& one : all["aspects"])
    out << fmt::format("{:<16} {} terms, {} without parents\n", one["aspect"].get<std::string>(), one["terms"].dump(),
                       one["without_parents"].dump());
  for (const ordered_json& one : all["subsets"])
    out << fmt::format("subset {:<28} {} terms\n", one["subset"].get<std::string>(), one["terms"].dump());
}

std::string line_of(const ordered_json& term) {
  return fmt::format("{}  {}", term["id"].get<std::string>(), term["name"].get<std::string>());
}

void print_term(const ordered_json& term, std::ostream& out) {
  out << line_of(term) << '\n';
  if (term["asked"] != term["id"]) out << fmt::format("  asked for     {}\n", term["asked"].get<std::string>());
  out << fmt::format("  aspect        {} ({})\n", term["aspect"].get<std::string>(),
                     term["namespace"].get<std::string>());
  if (term["obsolete"].get<bool>()) {
    out << fmt::format("  obsolete      replaced by: {}; consider: {}\n",
                       listed(term["replaced_by"].get<std::vector<std::string>>()),
                       listed(term["consider"].get<std::vector<std::string>>()));
    return;
  }
  for (const ordered_json& one : term["parents"])
    out << fmt::format("  {:<13} {}\n", one["relation"].get<std::string>(), line_of(one));
  out << fmt::format("  below         {} children, {} descendants\n", term["children"].dump(),
                     term["descendants"].dump());
  for (const auto& [name, shown] : {std::pair{"ancestors", "ancestor"}, {"slim", "slim"}})
    if (term.contains(name))
      for (const ordered_json& one : term[name]) out << fmt::format("  {:<13} {}\n", shown, line_of(one));
}

}  // namespace

void show_terms(const DataOptions& options, Context& context) {
  OntologyOptions own = options.ontology;
  own.ontology = options.files(1, 10000)[0];
  const auto loaded = load_ontology(own, context.sink);
  View view{*loaded, std::nullopt, own.relations};
  if (!options.slim.empty()) view.slim.emplace(loaded->hierarchy, slim_of(options.slim, loaded->terms, context.sink));
  const std::vector<std::string> words(options.input.begin() + 2, options.input.end());
  ordered_json out = words.empty() ? summary_json(*loaded) : ordered_json::array();
  std::vector<std::string> unknown;
  for (const std::string& word : words) {
    const Resolution found = loaded->terms.resolve(word);
    if (found.kind == Resolution::Kind::unknown)
      unknown.push_back(word);
    else
      out.push_back(term_json(view, word, found));
  }
  if (!unknown.empty())
    throw Error(ErrorKind::not_found,
                {fmt::format("the ontology does not have {}", listed(unknown, 20)), *own.ontology, {}});
  if (options.json)
    context.out << out.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  else if (words.empty())
    print_summary(out, context.out);
  else
    for (const ordered_json& term : out) print_term(term, context.out);
}

}  // namespace groel::tasks
