// Scripts of a ScriptedServer that speaks TLS.
#pragma once

#include <string>

#include "tests/processes/certificates.h"
#include "tests/processes/scripted_server.h"

namespace zhiping::processes {

// Shows that certificate, answers what arrives first with these bytes, and closes. Clients need no
// certificate.
ScriptedServer::Script AnsweringOnceByTls(const CertificateFiles& files, std::string answer);

}  // namespace zhiping::processes
