#pragma once
// How many files this process may have open, and for how many connections that is enough.
#include <cstddef>
#include <cstdint>

namespace server {

// Raises the limit as far as this process may, and returns it: connections and blobs need more than a shell gives.
uint64_t raise_descriptor_limit();

// The most connections, up to `wanted`, with which a server that answers at most `requests` at once does not run out of
// descriptors; a few even where it may, since without any it would be of no use.
size_t connections_within(uint64_t descriptors, size_t wanted, size_t requests);

}  // namespace server
