// What the kernel says about this process and about the server's.
#pragma once

namespace s3load {

double own_cpu_seconds();
// 0 where there is no such process.
double cpu_seconds(int pid);
double resident_mib(int pid);

}  // namespace s3load
