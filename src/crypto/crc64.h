#pragma once
// CRC-64/NVME (NVM Express NVM Command Set Specification 1.0, section 5.2.1.3.4), S3's default checksum.
#include <cstdint>

#include "base/encoding.h"

namespace crypto {

// The CRC of what `crc` is that of, followed by `data`; 0 is the CRC of nothing. Folds with carry-less multiplication where the
// processor has it.
uint64_t crc64nvme(uint64_t crc, base::Bytes data);

// The same by tables alone, on any processor.
uint64_t crc64nvme_by_tables(uint64_t crc, base::Bytes data);

}  // namespace crypto
