// The results of checking a case: one row per figure.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace groel::golden {

enum class Status { passed, missed, not_run };

struct Row {
  std::string what;
  std::string figure;     ///< the worst that was seen, or "exact"
  std::string tolerance;  ///< empty for what is exact
  Status status = Status::passed;
  std::string note;  ///< of what missed: where; of what did not run: why
};

class Rows {
 public:
  /// Missed when the figure is over the tolerance, or no number. `where` tells where the figure was seen.
  void near(const std::string& what, double figure, double tolerance, const std::string& where = {});
  /// `problem`: what differs; empty when nothing does.
  void exact(const std::string& what, const std::string& problem);
  void miss(const std::string& what, const std::string& problem);
  void not_run(const std::string& what, const std::string& reason);
  const std::vector<Row>& list() const { return rows_; }

 private:
  std::vector<Row> rows_;
};

/// The worst figure of each kind of value, and where it was.
class Worst {
 public:
  void add(const std::string& what, double figure, const std::string& where);
  bool empty() const { return worst_.empty(); }
  void write(Rows& rows, const std::string& prefix, double tolerance) const;

 private:
  struct Figure {
    double value = 0;
    std::string where;
  };
  std::map<std::string, Figure> worst_;
};

}  // namespace groel::golden
