// USCCs in requests, written as they are kept before anything looks at them: in lower case, full
// width or with blanks around it a code names the same enterprise.
#pragma once

#include <memory>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace zhiping::assessment {

// The fields of a request that hold a USCC, by their names. Immutable and thread-safe.
class RequestUsccs {
 public:
  explicit RequestUsccs(const google::protobuf::Descriptor& request);

  // The request with its codes as they are kept; null if they are already. What cannot be a code
  // stays as it is: the use case says what is wrong with it.
  std::unique_ptr<google::protobuf::Message> Normalised(
      const google::protobuf::Message& request) const;

 private:
  using Path = std::vector<const google::protobuf::FieldDescriptor*>;
  void AddFields(const google::protobuf::Descriptor& message, Path& path);

  // From the request to a text.
  std::vector<Path> fields_;
};

}  // namespace zhiping::assessment
