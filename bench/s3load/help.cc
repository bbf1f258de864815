#include "help.h"

namespace s3load {

const char* const help_text = R"(usage: s3load [options]
Loads an S3-compatible server (path-style) and prints one JSON object with rates, latencies and errors.

Target
  --url URL            http://HOST:PORT or https://HOST:PORT (certificates are not checked)   [http://127.0.0.1:9000]
  --bucket NAME        [s3load]         --prefix P   start of every key  [obj-]
  --access-key K --secret-key S         [test/testsecret; or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY]
  --region R           [us-east-1]      --auth v4|v2|none   [v4]
  --payload MODE       how a PUT's body is covered by a V4 signature  [unsigned]
                         unsigned   UNSIGNED-PAYLOAD
                         signed     SHA-256 of the body in x-amz-content-sha256
                         streaming  aws-chunked with a signature per chunk (STREAMING-AWS4-HMAC-SHA256-PAYLOAD)
                         trailer    aws-chunked with a CRC32 trailer (STREAMING-UNSIGNED-PAYLOAD-TRAILER), as new SDKs
  --chunk-size N       of aws-chunked bodies [64K]
Work
  --op MIX             get | put | head | delete | list | range, or a mix such as get=70,put=20,head=5,delete=5   [get]
                       get, head and range read keys 0..objects-1 at random; put overwrites them in turn (--unique: always
                       a new key); delete removes them in turn, once. In a mix, put writes new keys and delete removes
                       the oldest of those, so that no request is expected to fail.
  --size LIST          object sizes, e.g. 4K or 1K,64K,1M (an object's size follows from its number)   [4K]
  --objects N          number of keys [1000]
  --range-size N       of a range read [4K]          --list-max-keys N   [1000]
  --list-prefix P      list under P instead of --prefix             --list-delimiter D
  --list-random-start  every list starts after a key chosen at random, not with the first
  --connections N      over all threads [16]         --threads N   [1]
  --duration S | --requests N                        [10 seconds]
  --warmup S           not counted, before the duration [0]
  --rate R             open loop: R requests a second in all; latency is taken from when a request was due
  --timeout S          for one request [30]
  --no-keepalive       a new connection for each request
  --expect-continue    PUT waits for 100 Continue before sending its body
  --header 'N: V'      an extra header on every request (repeatable); x-amz-... headers are signed
Before and after
  --create-bucket      first (an existing one is fine)
  --prepare            PUT all --objects keys first      --cleanup   DELETE them last (not a mix's new keys)
Checks and output
  --verify             compare GET bodies byte by byte and PUT ETags with the MD5
  --discard            drop GET bodies in the kernel (MSG_TRUNC): a cheaper client, not a real one
  --server-pid PID     report that process's CPU time and memory
  --timeline           add the completed requests of each second
  --allow-errors       exit 0 in spite of errors (else 1)        --quiet   no summary line on standard error
)";

}  // namespace s3load
