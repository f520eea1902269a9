// What the operating system says went wrong, for people.
#pragma once

#include "zhiping/common/v1/text.pb.h"

namespace zhiping {

// What `error`, a value of errno, means: a clause without a full stop. In Chinese for what people
// meet, else its number; in English the system's own words.
common::v1::LocalText SystemErrorText(int error);

}  // namespace zhiping
