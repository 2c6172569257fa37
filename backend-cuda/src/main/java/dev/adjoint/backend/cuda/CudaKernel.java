package dev.adjoint.backend.cuda;

import static jcuda.driver.CUjit_option.CU_JIT_ERROR_LOG_BUFFER;
import static jcuda.driver.CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES;

import dev.adjoint.type.DeviceException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;
import org.jspecify.annotations.Nullable;

/// A kernel that is loaded into a context, and the module it is in.
///
/// @param handle the `CUfunction`, as [Driver] takes it
record CudaKernel(CUmodule module, long handle) {
  private static final int LOG_BYTES = 1 << 14;

  /// JCuda shows a handle to subclasses only.
  private static final class Function extends CUfunction {
    long handle() {
      return getNativePointer();
    }
  }

  /// Loads a module and finds one kernel in it; null when the module has none of this name.
  ///
  /// @param image PTX, which the driver compiles, or a cubin
  /// @param doing what it is for, in the words of an error message
  /// @throws DeviceException when the driver refuses the image, with what its compiler says
  static @Nullable CudaKernel load(CudaContext context, byte[] image, String name, String doing) {
    context.makeCurrent();
    CUmodule module = new CUmodule();
    JITOptions options = new JITOptions();
    options.putBytes(CU_JIT_ERROR_LOG_BUFFER, new byte[LOG_BYTES]);
    options.putInt(CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
    byte[] text = Arrays.copyOf(image, image.length + 1); // PTX ends with a zero
    int status =
        CudaStatus.of(() -> JCudaDriver.cuModuleLoadDataJIT(module, Pointer.to(text), options));
    if (status != CudaStatus.SUCCESS) {
      DeviceException failure = CudaStatus.exception(status, context.device(), doing);
      String log = log(options);
      throw log.isEmpty()
          ? failure
          : new DeviceException(failure.getMessage() + "\nThe driver's compiler says:\n" + log);
    }
    Function function = new Function();
    status = CudaStatus.of(() -> JCudaDriver.cuModuleGetFunction(function, module, name));
    if (status == CudaStatus.SUCCESS) {
      return new CudaKernel(module, function.handle());
    }
    CudaStatus.of(() -> JCudaDriver.cuModuleUnload(module));
    if (status == CudaStatus.NOT_FOUND) {
      return null;
    }
    throw CudaStatus.exception(status, context.device(), doing);
  }

  private static String log(JITOptions options) {
    byte[] log = options.getBytes(CU_JIT_ERROR_LOG_BUFFER);
    String text = log == null ? "" : new String(log, StandardCharsets.UTF_8);
    int end = text.indexOf('\0');
    return (end < 0 ? text : text.substring(0, end)).strip();
  }

  /// Unloads the module; its context must be current.
  void unload() {
    CudaStatus.of(() -> JCudaDriver.cuModuleUnload(module));
  }
}
