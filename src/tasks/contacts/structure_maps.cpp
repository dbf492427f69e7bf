// Writes distances and contacts of structures as table, arrays and picture.
#include "tasks/contacts/structure_maps.h"

#include <algorithm>
#include <cmath>

#include "base/system.h"
#include "formats/extension.h"
#include "io/npz.h"
#include "io/structure.h"
#include "report/picture.h"
#include "tasks/contacts/figures.h"
#include "tasks/contacts/structure_notes.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/outputs.h"
#include "tasks/reading/picture.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

struct DistanceMaps {
  const bio::Chain& a;
  const bio::Chain& b;
  analysis::DistanceMap distances;
  std::vector<std::string> a_numbers, b_numbers;  // the author's; empty where no residue was seen
  std::vector<std::string> notes;

  bool within_one() const { return &a == &b; }
};

struct Contact {
  std::int64_t i, j;  // from 0
  float distance;
};

// Within a chain each pair once, and none that are neighbours along it.
std::vector<Contact> contacts_of(const DistanceMaps& maps) {
  std::vector<Contact> out;
  for (std::int64_t i = 0; i < maps.distances.rows; ++i)
    for (std::int64_t j = maps.within_one() ? i + analysis::kShortestRange : 0; j < maps.distances.columns; ++j)
      if (const float distance = maps.distances.at(i, j); distance < analysis::kContactDistance)
        out.push_back({i, j, distance});
  return out;
}

std::string letter(const bio::Chain& chain, std::int64_t at) {
  return chain.sequence.substr(static_cast<std::size_t>(at), 1);
}

const std::string& number(const std::vector<std::string>& numbers, std::int64_t at) {
  return numbers[static_cast<std::size_t>(at)];
}

std::string to_csv(const DistanceMaps& maps) {
  std::string out = "chain_i,i,auth_i,residue_i,chain_j,j,auth_j,residue_j,distance\n";
  for (const Contact& one : contacts_of(maps))
    append_row(out, std::vector<std::string>{maps.a.name, fmt::format("{}", one.i + 1), number(maps.a_numbers, one.i),
                                             letter(maps.a, one.i), maps.b.name, fmt::format("{}", one.j + 1),
                                             number(maps.b_numbers, one.j), letter(maps.b, one.j),
                                             fmt::format("{:.3f}", one.distance)});
  return out;
}

ordered_json chain_json(const bio::Chain& chain) {
  const auto seen = std::count_if(chain.residues.begin(), chain.residues.end(),
                                  [](const bio::SeenResidue& residue) { return residue.site.has_value(); });
  return {{"chain", chain.name}, {"length", chain.sequence.size()}, {"resolved", seen}, {"sequence", chain.sequence}};
}

ordered_json to_json(const DistanceMaps& maps) {
  ordered_json out{{"chains", ordered_json::array({chain_json(maps.a)})}, {"contacts", ordered_json::array()}};
  if (!maps.within_one()) out["chains"].push_back(chain_json(maps.b));
  for (const Contact& one : contacts_of(maps))
    out["contacts"].push_back({{"i", one.i + 1},
                               {"j", one.j + 1},
                               {"auth_i", number(maps.a_numbers, one.i)},
                               {"auth_j", number(maps.b_numbers, one.j)},
                               {"distance", one.distance}});
  out["notes"] = maps.notes;
  return out;
}

std::span<const std::byte> bytes_of(const std::vector<float>& values) { return std::as_bytes(std::span(values)); }

void write_npz(const DistanceMaps& maps, const std::string& path) {
  io::NpzWriter out(path);
  const std::vector<std::int64_t> shape{maps.distances.rows, maps.distances.columns};
  out.add("chains", {maps.a.name, maps.b.name});
  out.add("sequences", {maps.a.sequence, maps.b.sequence});
  out.add("row_numbers", maps.a_numbers);
  out.add("column_numbers", maps.b_numbers);
  out.add("distances", DType::f32, shape, bytes_of(maps.distances.values));
  out.add("contacts", DType::f32, shape, bytes_of(analysis::contacts(maps.distances, analysis::kContactDistance)));
  out.finish();
}

void write(const DistanceMaps& maps, const ContactsOptions& options, std::ostream& out) {
  const std::string path = options.output.value_or("");
  if (path == "-")
    out << to_csv(maps);
  else if (formats::format_extension(path) == ".npz")
    write_npz(maps, path);
  else
    write_table(options, {[&] { return to_csv(maps); }, [&] { return to_json(maps); }});
}

void check(const ContactsOptions& options, Sink& sink) {
  check_table_output(options);
  check_picture(options);
  std::vector<std::string> extensions = table_extensions();
  extensions.emplace_back(".npz");  // distances and contacts; a table has one contact per row
  check_output_format(options.output.value_or(""), extensions, sink);
  if (options.chain.size() > 2) throw Error(ErrorKind::usage, {"one chain or two", "--chain", "e.g. A or A,B"});
  const std::pair<bool, const char*> useless[] = {
      {options.model.given, "--model"}, {options.record.has_value(), "--record"}, {options.resume, "--resume"}};
  for (const auto& [given, flag] : useless)
    if (given) throw Error(ErrorKind::usage, {"a structure alone needs none", flag, {}});
  if (!options.input.empty())
    throw Error(ErrorKind::usage, {"a structure alone needs no sequences", "--from-structure", {}});
}

// Distances, and as much again for what is made of them.
void require_room(const bio::Chain& a, const bio::Chain& b, const ContactsOptions& options) {
  const double needed =
      2.0 * sizeof(float) * static_cast<double>(a.sequence.size()) * static_cast<double>(b.sequence.size());
  const std::size_t room = options.memory.value_or(available_memory());
  if (needed > static_cast<double>(room))
    throw Error(ErrorKind::memory,
                {fmt::format("a map of {} by {} residues takes {:.1f} GB, and there are {}", a.sequence.size(),
                             b.sequence.size(), needed / (1 << 30), format_bytes(room)),
                 fmt::format("chain {}", a.name), "name shorter chains with --chain"});
}

ChainLabels axis(const bio::Chain& chain, const std::vector<std::string>& numbers) {
  return {chain.name, residue_labels(chain.sequence), numbers};
}

}  // namespace

int map_structure(const ContactsOptions& options, Context& context) {
  check(options, context.sink);
  const bio::Structure structure = io::read_structure(*options.structure);
  std::vector<std::string> names = options.chain;
  if (names.empty()) names.emplace_back();
  const bio::Chain& a = structure.chain(names.front());
  const bio::Chain& b = structure.chain(names.back());
  require_room(a, b, options);
  const DistanceMaps maps{a,
                          b,
                          analysis::distances(bio::sites(a), bio::sites(b)),
                          bio::labels(a, a.sequence),
                          bio::labels(b, b.sequence),
                          tell_structure_notes(structure, {&a, &b}, options.chain, context.sink)};
  if (options.output) write(maps, options, context.out);
  if (options.picture)
    report::write_picture(structure_figure(std::filesystem::path(structure.source).filename().string(), maps.distances,
                                           axis(a, maps.a_numbers), axis(b, maps.b_numbers)),
                          *options.picture);
  if (options.json)
    context.out << to_json(maps).dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  else if (options.output.value_or("") != "-")
    context.out << fmt::format("{} {}\n", counted(contacts_of(maps).size(), "contact"),
                               maps.within_one()
                                   ? fmt::format("within chain {} ({})", a.name, counted(a.sequence.size(), "residue"))
                                   : fmt::format("between chains {} and {}", a.name, b.name));
  return 0;
}

}  // namespace groel::tasks
