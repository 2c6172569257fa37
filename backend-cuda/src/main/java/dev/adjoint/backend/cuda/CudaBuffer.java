package dev.adjoint.backend.cuda;

import dev.adjoint.spi.Buffer;

/// Memory of a device by its address there; views of it are offsets, which travel among a kernel's
/// words.
record CudaBuffer(long address, long bytes) implements Buffer {}
