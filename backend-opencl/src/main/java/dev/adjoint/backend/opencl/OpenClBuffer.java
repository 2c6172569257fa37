package dev.adjoint.backend.opencl;

import dev.adjoint.spi.Buffer;
import org.jocl.cl_mem;

/// One memory object; views of it are offsets, which travel among a kernel's words.
record OpenClBuffer(cl_mem memory, long bytes) implements Buffer {

  /// The object as [Driver] takes it.
  long handle() {
    return memory.getNativePointer();
  }
}
