// A machine that loses its power: of an SQLite database only what was synced is left. Killing a
// process alone takes nothing back, since the kernel still has what it wrote. Removing a file
// counts at once, as SQLite removes one only when it is needed no more.
//
//   PowerCut power;
//   AssessmentProcess assessment(suite, catalogue, scoring, flags, power.starter());
//   assessment.Kill();
//   power.Cut(folder_of_the_database);
#pragma once

#include <string>
#include <vector>

namespace zhiping::faults {

class PowerCut {
 public:
  PowerCut();

  // Words that start a program on this machine.
  std::vector<std::string> starter() const;
  // From now on syncs are not done, and say that they were: as with `PRAGMA synchronous = OFF`, or
  // a disk that lies. What was synced before is left by the first cut only: SQLite removes its log
  // when it opens the database again.
  void IgnoreSyncs() const;
  // Takes back what was not synced, of the databases in the folder; how many writes it were.
  // REQUIRES: the program was killed.
  int Cut(const std::string& folder) const;

 private:
  // What was written and not synced, a file for each of the database's.
  const std::string unsynced_;
};

}  // namespace zhiping::faults
