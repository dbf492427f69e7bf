// Where things are in pictures and what is written on them: rows, ticks, legends, scales, odd characters.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>

#include "report/figure_json.h"
#include "report/picture.h"
#include "report/span.h"
#include "report/trend.h"
#include "support/pictures.h"

namespace groel::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> texts_of(const std::string& svg) {
  static const std::regex kText("<text[^>]*>([^<]*)</text>");
  std::vector<std::string> out;
  for (std::sregex_iterator at(svg.begin(), svg.end(), kText), end; at != end; ++at) out.push_back((*at)[1]);
  return out;
}

bool has_text(const std::string& svg, const std::string& text) {
  const auto all = texts_of(svg);
  return std::find(all.begin(), all.end(), text) != all.end();
}

std::int64_t count(const std::string& text, const std::string& part) {
  std::int64_t out = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++out;
  return out;
}

Axis residues(std::int64_t n, std::int64_t first = 1) {
  Axis out;
  for (std::int64_t i = 0; i < n; ++i) {
    out.categories.push_back("K" + std::to_string(i + first));
    out.numbers.push_back(i + first);
  }
  return out;
}

Figure square_map(std::int64_t n) {
  Figure figure;
  figure.width = figure.height = 800;
  figure.x = figure.y = residues(n);
  figure.y.direction = Axis::Direction::falling;
  figure.heat_map = HeatMap{.name = "probability", .rows = n, .columns = n};
  figure.heat_map->values.assign(static_cast<std::size_t>(n * n), 0.5F);
  figure.heat_map->cells = HeatMap::Cells::square;
  return figure;
}

Figure scan(std::int64_t columns) {
  Figure figure;
  figure.x = residues(columns);
  figure.x.ticks = Axis::Ticks::letters;
  figure.y.categories = {"A", "C", "D", "E"};
  figure.heat_map = HeatMap{.name = "score", .rows = 4, .columns = columns, .palette = Palette::diverging};
  figure.heat_map->values.assign(static_cast<std::size_t>(4 * columns), 0.5F);
  figure.tracks = {{"mean", std::vector<double>(static_cast<std::size_t>(columns), 0.5), {}, {}}};
  return figure;
}

struct Box {
  double width = 0, height = 0;
};
Box image_box(const std::string& svg) {
  const std::size_t image = svg.find("<image ");
  const auto number = [&](const std::string& name) {
    return std::stod(svg.substr(svg.find(name + "=\"", image) + name.size() + 2));
  };
  return {number(" width"), number(" height")};
}

TEST(Layout, SquareMapsHaveSquareCellsAndTheSameTicksOnBothAxes) {
  GROEL_NEEDS_PICTURES();
  const std::string svg = to_svg(square_map(76));
  const Box box = image_box(svg);
  EXPECT_GT(box.width, 400);
  EXPECT_NEAR(box.width, box.height, 0.01);
  for (const char* tick : {"5", "10", "15", "40", "75"})
    EXPECT_EQ(count(svg, std::string(">") + tick + "</text>"), 2) << tick;
  EXPECT_FALSE(has_text(svg, "4"));
  EXPECT_FALSE(has_text(svg, "K5"));
}

TEST(Layout, LongerMapsHaveWiderSteps) {
  GROEL_NEEDS_PICTURES();
  const std::string svg = to_svg(square_map(600));
  for (const char* tick : {"50", "100", "600"}) EXPECT_TRUE(has_text(svg, tick)) << tick;
  EXPECT_FALSE(has_text(svg, "5"));
}

TEST(Layout, ANumberThatStandsTwiceHasOneTickAndOneThatIsMissingNone) {
  GROEL_NEEDS_PICTURES();
  Figure figure = square_map(20);
  figure.x.numbers[10] = figure.y.numbers[10] = 10;         // 10A
  figure.x.numbers[14] = figure.y.numbers[14] = kNoNumber;  // not seen
  const std::string svg = to_svg(figure);
  EXPECT_EQ(count(svg, ">10</text>"), 2);
  EXPECT_FALSE(has_text(svg, "15"));
  EXPECT_FALSE(has_text(svg, "null"));
}

TEST(Layout, AWideMapGoesOnInFurtherRowsWithLettersThatCanBeRead) {
  GROEL_NEEDS_PICTURES();
  Figure figure = scan(286);
  wrap_columns(figure);
  EXPECT_EQ(figure.wrap, 80);
  const std::string svg = to_svg(figure);
  EXPECT_EQ(count(svg, "<image"), 4);
  EXPECT_EQ(count(svg, ">K</text>"), 286);
  EXPECT_EQ(count(svg, ">mean</text>"), 4);  // the track goes on, too
  for (const char* tick : {"5", "80", "85", "285"}) EXPECT_TRUE(has_text(svg, tick)) << tick;
  static const std::regex kSize("font-size:([0-9.]+)px");
  for (std::sregex_iterator at(svg.begin(), svg.end(), kSize), end; at != end; ++at) EXPECT_GE(std::stod((*at)[1]), 10);
}

TEST(Layout, AVeryLongMapStaysWithinWhatAPngCanBe) {
  Figure figure = scan(36000);
  wrap_columns(figure);
  EXPECT_LT(2 * figure.height, 32767);
  EXPECT_LT(2 * figure.width, 32767);
}

TEST(Layout, PagesKeepOneRowAndHaveTheValues) {
  Figure figure = scan(286);
  wrap_columns(figure);
  const auto json = figure_json(figure, MapValues::included);
  EXPECT_EQ(json["heat_map"]["blocks"].size(), 1U);
  EXPECT_EQ(json["heat_map"]["values"].size(), 4U * 286U);
}

TEST(Layout, LegendsNeverPage) {
  GROEL_NEEDS_PICTURES();
  Figure figure;
  for (int i = 0; i < 40; ++i)
    figure.points.push_back({"a group with the number " + std::to_string(i), {1.0 * i}, {0}, {}, 7, {}, {}, {}});
  const std::string svg = to_svg(figure);
  for (int i = 0; i < 40; ++i) EXPECT_TRUE(has_text(svg, "a group with the number " + std::to_string(i))) << i;
  EXPECT_THAT(svg, Not(HasSubstr("1/")));
}

TEST(Layout, LongTitlesAreWrappedOrShortenedAndStayInside) {
  GROEL_NEEDS_PICTURES();
  Figure figure;
  figure.title = std::string(400, 'W');
  figure.points.push_back({"", {1}, {1}, {}, 7, {}, {}, {}});
  const std::string svg = to_svg(figure);
  EXPECT_THAT(svg, HasSubstr("…"));
  EXPECT_THAT(svg, Not(HasSubstr(std::string(60, 'W'))));
}

TEST(Layout, APointsLabelAtTheEdgeStandsOnItsOtherSide) {
  GROEL_NEEDS_PICTURES();
  Figure figure;
  figure.points.push_back({"", {0, 1}, {0, 1}, {"left", "a label that is far too long to fit"}, 7, {}, {}, {}});
  const std::string svg = to_svg(figure);
  static const std::regex kLabel("<text[^>]*text-anchor=\"end\"[^>]*>a label that is far too long to fit</text>");
  EXPECT_TRUE(std::regex_search(svg, kLabel)) << svg;
}

TEST(Layout, ColourBarsHaveRoundEndsAMiddleATitleAndSayWhatIsBeyond) {
  GROEL_NEEDS_PICTURES();
  Figure figure = scan(20);
  figure.heat_map->values[0] = -9;
  figure.heat_map->low = -2;
  figure.heat_map->high = 2;
  const std::string svg = to_svg(figure);
  for (const char* text : {"≤ -2", "-1", "0", "1", "2", "score"}) EXPECT_TRUE(has_text(svg, text)) << text;
  EXPECT_THAT(svg, HasSubstr("1 of 80 values lie beyond the ends of the scale of colours"));
}

TEST(Layout, PointsWithValuesHaveTheScalesColours) {
  GROEL_NEEDS_PICTURES();
  Figure figure;
  figure.points.push_back({"", {0, 1, 2}, {0, 1, 2}, {}, 7, {}, {}, {0, 50, 100}});
  figure.point_scale = PointScale{"melting temperature, °C", {}, {}};
  const std::string svg = to_svg(figure);
  EXPECT_THAT(svg, HasSubstr("rgb(68,1,84)"));     // viridis' first
  EXPECT_THAT(svg, HasSubstr("rgb(253,231,37)"));  // and last
  EXPECT_TRUE(has_text(svg, "50"));
  EXPECT_TRUE(has_text(svg, "melting temperature, °C"));
}

TEST(Layout, TheMarkedBarHasItsOwnColourAndName) {
  GROEL_NEEDS_PICTURES();
  Figure figure;
  figure.x.categories = {"L", "V", "I"};
  figure.bars = {{"predicted", {0.5, 0.3, 0.2}, kBlue, 1, "residue of the sequence"}};
  const std::string svg = to_svg(figure);
  EXPECT_TRUE(has_text(svg, "residue of the sequence"));
  EXPECT_THAT(svg, HasSubstr("fill=\"#D55E00\""));
  EXPECT_TRUE(has_text(svg, "0.3"));
}

TEST(Layout, HeldOutLinesAreDashedInTheirRunsColour) {
  GROEL_NEEDS_PICTURES();
  Figure figure;
  figure.lines = {{"one, training", {0, 1}, {1, 2}, Line::Stroke::solid, 3},
                  {"one, held out", {0, 1}, {2, 3}, Line::Stroke::dashed, 3}};
  const std::string svg = to_svg(figure);
  static const std::regex kDashed("<path[^>]*stroke=\"#CC79A7\"[^>]*stroke-dasharray");
  EXPECT_TRUE(std::regex_search(svg, kDashed)) << svg;
}

TEST(Span, QuantilesAndRoundEnds) {
  std::vector<float> values;
  for (int i = 0; i <= 1000; ++i) values.push_back(static_cast<float>(i) / 1000 * 3.3F);
  values.push_back(5000);
  const Span all = round_span(values, 0, Palette::sequential);
  EXPECT_EQ(all.low, 0);
  EXPECT_EQ(all.high, 5000);
  EXPECT_EQ(round_span(values, 0.01, Palette::sequential).high, 4);
  EXPECT_EQ(round_span(values, 0.01, Palette::diverging).low, -4);
  const Beyond outside = beyond(values, {0.5, 4});
  EXPECT_EQ(outside.above, 1);
  EXPECT_EQ(outside.below, 152);
  EXPECT_EQ(outside.finite, 1002);
}

TEST(Span, IsNeverEmpty) {
  const std::vector<float> alike(5, 3.0F), nothing(5, NAN);
  const Span one = round_span(alike, 0, Palette::sequential);
  EXPECT_LT(one.low, 3);
  EXPECT_GT(one.high, 3);
  EXPECT_EQ(round_span(nothing, 0, Palette::diverging).low, -1);
}

TEST(Trend, IsTheLineOfLeastSquares) {
  Points points;
  points.x = {0, 1, 2, 3};
  points.y = {1, 3, 2, 4};
  const auto line = trend(points);
  ASSERT_TRUE(line);
  EXPECT_THAT(line->x, ElementsAre(0, 3));
  EXPECT_NEAR(line->y[0], 1.3, 1e-12);  // slope 0.8 through the means 1.5 and 2.5
  EXPECT_NEAR(line->y[1], 3.7, 1e-12);
  points.x = {2, 2, 2, 2};
  EXPECT_FALSE(trend(points));
}

// Ids as they come: nothing may break the XML, which allows no control characters, nor hide what is beside it.
const std::vector<std::string> kOdd = {"a\001b",
                                       "esc\x1b[31mred",
                                       "nul" + std::string(1, '\0') + "end",
                                       "c1\xc2\x9b",
                                       "lone\xff",
                                       "cut\xe2\x82",
                                       "non\xef\xbf\xbf",
                                       "q\"'<b>&amp;",
                                       "]]>",
                                       "\xF0\x9F\xA7\xAC gene",
                                       "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
                                       "rlo\xe2\x80\xae"
                                       "txt",
                                       "{b|rich}",
                                       "tab\there",
                                       "line\nbreak",
                                       "${x} %s",
                                       std::string(3000, 'x')};

TEST(OddTexts, GivePicturesThatEveryReaderTakes) {
  GROEL_NEEDS_PICTURES();
  for (const std::string& odd : kOdd) {
    Figure figure = scan(4);
    figure.title = figure.subtitle = figure.x.name = figure.y.name = figure.heat_map->name = odd;
    figure.x.categories[0] = figure.y.categories[1] = figure.tracks[0].name = odd;
    figure.points.push_back({odd, {0}, {0}, {odd}, 7, {}, {}, {}});
    const std::string svg = to_svg(figure);
    for (const char c : svg) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') << shown(odd);
    EXPECT_THAT(svg, Not(HasSubstr("\xef\xbf\xbf"))) << shown(odd);
    EXPECT_THAT(to_png(figure), HasSubstr("PNG")) << shown(odd);  // librsvg parses it
    EXPECT_THAT(to_html(figure), Not(HasSubstr("\x1b"))) << shown(odd);
  }
}

TEST(OddTexts, AreWrittenOut) {
  GROEL_NEEDS_PICTURES();
  Figure figure;
  figure.points.push_back({"", {0, 1, 2}, {0, 1, 2}, {"a\001b", "\xF0\x9F\xA7\xAC", "x<y>&"}, 7, {}, {}, {}});
  const std::string svg = to_svg(figure);
  EXPECT_TRUE(has_text(svg, "a\\x01b"));
  EXPECT_TRUE(has_text(svg, "\xF0\x9F\xA7\xAC"));
  EXPECT_TRUE(has_text(svg, "x&lt;y&gt;&amp;"));
}

}  // namespace
}  // namespace groel::report
