#pragma once
// The commands of the program, one a file. Each prints what it has to say and returns the exit code: 0, exit_failed or exit_usage.
// All but serve and doctor are run on a data folder that is there: see installed.h.
#include "server/options.h"

namespace server {

int serve(const Options& options);
int print_credentials(const Options& options);
int create_account(const Options& options);
int list_accounts(const Options& options);
int delete_account(const Options& options);
int check(const Options& options);
int doctor(const Options& options);
int print_ca(const Options& options);

// Prints an error and what to do, on standard error; returns the exit code.
int complain(const base::Error& error, int exit_code = exit_failed);

// "1 bucket", "2 buckets".
std::string counted(uint64_t number, std::string_view noun);

}  // namespace server
