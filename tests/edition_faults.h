// Every fault that validation lists, as a change to the folder of the 2026 edition.
#pragma once

#include <functional>
#include <vector>

#include "common/criteria/folder.h"
#include "common/status/error.h"

namespace zhiping::criteria {

struct Fault {
  const char* name;
  std::function<void(Folder&)> make;
  // The finding that it leads to.
  Reason::Value reason;
  const char* field;
};

std::vector<Fault> EveryFault();

}  // namespace zhiping::criteria
