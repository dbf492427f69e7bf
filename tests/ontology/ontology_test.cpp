// Reading OBO files, ancestors, propagation and slims.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "ontology/propagation.h"

namespace groel::ontology {
namespace {

using Ids = std::vector<std::string>;

const std::string kData = GROEL_TEST_DATA "/go/";

Ontology parsed(const std::string& text) {
  io::LineReader lines(io::memory_bytes(text), "x.obo");
  return read_ontology(lines);
}

Place place(const Ontology& ontology, const std::string& id) { return ontology.resolve(id).place; }

Ids ids(const Ontology& ontology, const std::vector<Place>& places) {
  Ids out;
  for (const Place one : places) out.push_back(ontology[one].id);
  return out;
}

Ids closure(const Hierarchy& hierarchy, const Ids& terms) {
  std::vector<Place> places;
  for (const std::string& id : terms) places.push_back(place(hierarchy.ontology(), id));
  Propagation(hierarchy).close(places);
  return ids(hierarchy.ontology(), places);
}

Ids sorted(Ids names) {
  std::sort(names.begin(), names.end());
  return names;
}

bool says(const std::string& error, const std::string& text) { return error.find(text) != std::string::npos; }

std::string refused(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

const std::string kText =
    "format-version: 1.4\r\ndata-version: releases/2023-01-01\r\ndefault-namespace: main\r\n\r\n"
    "[Term]\r\nid: X:1\r\nname: root\\: all {of=it} ! a comment\r\n\r\n"
    "[Term]\r\nid: X:2\r\nname: wow! it stays\r\nnamespace: other\r\nis_a: X:1 {source=\"Y\"} ! root\r\nalt_id: "
    "X:20\r\n"
    "subset: small \"tag\"\r\nrelationship: part_of X:3 ! three\r\n\r\n"
    "[Term]\nid: X:3\nname: three\nis_a: X:1\nrelationship: regulates X:2\nis_a: Z:404\n\n"
    "[Term]\nid: X:4\nname: gone\nis_obsolete: true\nreplaced_by: X:5\n\n"
    "[Term]\nid: X:5\nname: gone too\nis_obsolete: true\nreplaced_by: X:3\nis_a: X:1\n\n"
    "[Term]\nid: X:6\nname: lost\nis_obsolete: true\nconsider: X:2\n\n"
    "[Term]\nid: X:7\nis_obsolete: true\nreplaced_by: X:7\n\n"
    "[Typedef]\nid: part_of\nname: part of\nis_a: regulates\n\n"
    "[Term]\nid: X:3\nalt_id: X:6\nrelationship: BFO:0000050 X:1\n";

TEST(Obo, TermsAndTheirTags) {
  const Ontology ontology = parsed(kText);
  ASSERT_EQ(ontology.terms().size(), 7U);
  EXPECT_EQ(ontology.version(), "releases/2023-01-01");
  EXPECT_EQ(ontology[0].name, "root: all");
  EXPECT_EQ(ontology[0].space, "main");
  EXPECT_EQ(ontology[1].name, "wow! it stays");
  EXPECT_EQ(ontology[1].space, "other");
  EXPECT_EQ(ontology[1].subsets, (Ids{"small"}));
  EXPECT_EQ(ontology.relations(), (Ids{"is_a", "part_of", "regulates"}));
  EXPECT_EQ(ontology[2].links.size(), 3U) << "of both stanzas";
  EXPECT_EQ(ontology.links_outside(), 1);
  EXPECT_EQ(ontology.spaces(), (Ids{"main", "other"}));
  EXPECT_EQ(ontology[place(ontology, "X:3")].alternative_ids, (Ids{"X:6"}));
}

TEST(Obo, IdsOfEveryKind) {
  using Kind = Resolution::Kind;
  const Ontology ontology = parsed(kText);
  const auto is = [&](const char* id, Kind kind, const char* term) {
    const Resolution found = ontology.resolve(id);
    EXPECT_EQ(found.kind, kind) << id;
    EXPECT_EQ(found.place == kNowhere ? "" : ontology[found.place].id, term) << id;
  };
  is("X:2", Kind::current, "X:2");
  is("X:20", Kind::alternative, "X:2");
  is("X:4", Kind::replaced, "X:3");
  is("X:6", Kind::alternative, "X:3");
  is("X:7", Kind::obsolete, "X:7");
  is("X:404", Kind::unknown, "");
}

TEST(Obo, WhatIsNoOntologyIsRefused) {
  EXPECT_PRED2(says, refused([] { parsed("id,name\n1,2\n"); }), "x.obo: the file has no term");
  EXPECT_PRED2(says, refused([] { parsed("[Term]\nname: a\n\n[Term]\nid: X:1\n"); }), "x.obo:1: a term has no id");
  EXPECT_PRED2(says, refused([] { parsed("[Term]\nid: X:1\nrelationship: part_of\n"); }),
               "x.obo:3: a relationship without a term");
  EXPECT_PRED2(says, refused([] { read_ontology(kData + "none.obo"); }), "none.obo");
}

TEST(Hierarchy, RelationsAndAspects) {
  using Aspects = HierarchyOptions::Aspects;
  const Ontology ontology = parsed(kText);
  const Hierarchy apart(ontology);
  EXPECT_EQ(closure(apart, {"X:2"}), (Ids{"X:2"}));
  EXPECT_EQ(apart.links_across(), 2);
  EXPECT_TRUE(apart.is_root(1));
  const Hierarchy joined(ontology, {{"is_a", "part_of"}, Aspects::joined});
  EXPECT_EQ(closure(joined, {"X:2"}), (Ids{"X:2", "X:3", "X:1"}));
  EXPECT_FALSE(joined.is_root(1));
  EXPECT_FALSE(joined.is_root(place(ontology, "X:7"))) << "is obsolete";
  const Hierarchy narrow(ontology, {{"is_a"}, Aspects::joined});
  EXPECT_EQ(closure(narrow, {"X:2"}), (Ids{"X:2", "X:1"}));
  EXPECT_PRED2(says, refused([&] {
                 Hierarchy(ontology, {{"is_an"}, Aspects::joined});
               }),
               "it has is_a, part_of, regulates");
}

TEST(Hierarchy, CirclesAreNamed) {
  using Aspects = HierarchyOptions::Aspects;
  const Ontology ontology = parsed(kText);
  EXPECT_PRED2(says, refused([&] {
                 Hierarchy(ontology, {{"part_of", "regulates"}, Aspects::joined});
               }),
               "go in a circle: X:2 -> X:3 -> X:2");
  EXPECT_PRED2(says, refused([] { Hierarchy(parsed("[Term]\nid: A:1\nis_a: A:1\n")); }), "A:1 -> A:1");
}

// The example of map2slim's documentation.
TEST(Hierarchy, AncestorsAndSlimOfASmallGraph) {
  const Ontology ontology = read_ontology(kData + "mini.obo");
  const Hierarchy hierarchy(ontology);
  const auto go = [](int n) { return fmt::format("GO:{:07}", n); };
  EXPECT_EQ(sorted(closure(hierarchy, {go(10)})), sorted({go(10), go(5), go(8), go(6), go(2), go(3), go(1)}));
  EXPECT_EQ(closure(hierarchy, {go(7), go(4), go(7)}), (Ids{go(7), go(4), go(3), go(1)}));
  std::vector<bool> members(10);
  for (const int member : {2, 3, 4}) members[static_cast<std::size_t>(member) - 1] = true;
  Slim slim(hierarchy, members);
  const auto nearest = [&](int n) { return ids(ontology, slim.nearest(place(ontology, go(n)))); };
  EXPECT_EQ(sorted(nearest(10)), sorted({go(2), go(3)}));
  EXPECT_EQ(nearest(9), (Ids{go(4)}));
  EXPECT_EQ(nearest(8), (Ids{go(3)}));
  EXPECT_EQ(nearest(3), (Ids{go(3)}));
  EXPECT_EQ(nearest(1), Ids{});
}

TEST(Hierarchy, OfTheGeneOntology) {
  const Ontology ontology = read_ontology(kData + "goslim_generic.obo");
  EXPECT_EQ(ontology.terms().size(), 149U);
  EXPECT_EQ(ontology.spaces(), (Ids{"biological_process", "cellular_component", "molecular_function"}));
  EXPECT_EQ(ontology[place(ontology, "GO:0019952")].name, "reproduction");
  const Hierarchy hierarchy(ontology);
  EXPECT_EQ(sorted(closure(hierarchy, {"GO:0000228"})),
            sorted({"GO:0000228", "GO:0005694", "GO:0005634", "GO:0043226", "GO:0005575", "GO:0005623", "GO:0005622"}));
  EXPECT_EQ(closure(hierarchy, {"GO:0000988"}), (Ids{"GO:0000988", "GO:0003674"}));
  const auto yeast = slim_members(ontology, "goslim_yeast");
  EXPECT_GT(std::count(yeast.begin(), yeast.end(), true), 20);
  EXPECT_PRED2(says, refused([&] { slim_members(ontology, "goslim_yeasty"); }), "its subsets are");
  EXPECT_EQ(space_named(ontology, "CC"), "cellular_component");
  EXPECT_EQ(aspect_of("biological_process"), "BPO");
  EXPECT_PRED2(says, refused([&] { space_named(ontology, "MFF"); }), "it has BPO, CCO, MFO");
}

TEST(Slim, OfAnotherFile) {
  const Ontology ontology = read_ontology(kData + "goslim_generic.obo");
  const auto [members, unknown] =
      slim_members(ontology, parsed("[Term]\nid: GO:0019952\n\n[Term]\nid: GO:9999999\n\n[Term]\nid: GO:0005634\n"));
  EXPECT_TRUE(members[place(ontology, "GO:0000003")]);
  EXPECT_EQ(std::count(members.begin(), members.end(), true), 2);
  EXPECT_EQ(unknown, 1);
  EXPECT_PRED2(says, refused([&] { slim_members(ontology, parsed(kText)); }), "none of the slim's terms");
}

TEST(Propagation, ScoresAreAtLeastThoseBelow) {
  const Ontology ontology = read_ontology(kData + "mini.obo");
  const Hierarchy hierarchy(ontology);
  Propagation propagation(hierarchy);
  std::vector<ScoredTerm> terms{{9, 0.5}, {8, 0.25}, {7, 0.125}, {1, 0.75}, {9, 0.375}};  // ac, ab, a1, B, ac
  propagation.raise(terms);
  std::vector<double> scores(10, -1);
  for (const ScoredTerm& one : terms) scores[one.term] = one.score;
  EXPECT_EQ(scores, (std::vector<double>{0.75, 0.75, 0.5, 0.25, 0.5, 0.5, 0.25, 0.5, 0.25, 0.5}));
  EXPECT_EQ(terms.size(), 10U);
  terms = {{3, 0.5}};
  propagation.raise(terms);
  EXPECT_EQ(terms.size(), 3U) << "nothing of the protein before";
}

// A chain of many terms takes no more than its links.
TEST(Propagation, LongChains) {
  std::string text = "[Term]\nid: A:0\n";
  for (int i = 1; i < 50000; ++i) text += fmt::format("[Term]\nid: A:{}\nis_a: A:{}\n", i, i - 1);
  const Ontology ontology = parsed(text);
  EXPECT_EQ(closure(Hierarchy(ontology), {"A:49999"}).size(), 50000U);
}

}  // namespace
}  // namespace groel::ontology
