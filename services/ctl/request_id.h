#pragma once

#include <string>

namespace zhiping::ctl {

// A UUID of version 4, as text: one request, however often it is sent.
std::string NewRequestId();

}  // namespace zhiping::ctl
