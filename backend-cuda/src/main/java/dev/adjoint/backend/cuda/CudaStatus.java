package dev.adjoint.backend.cuda;

import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import dev.adjoint.type.OutOfMemoryException;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import jcuda.CudaException;
import jcuda.driver.CUresult;

/// What the driver's functions answer, by name, and the one place where an answer becomes an
/// exception.
final class CudaStatus {
  static final int SUCCESS = 0;
  static final int INVALID_VALUE = 1;
  static final int OUT_OF_MEMORY = 2;
  static final int STUB_LIBRARY = 34;
  static final int INSUFFICIENT_DRIVER = 35;
  static final int NO_DEVICE = 100;
  static final int INVALID_IMAGE = 200;
  static final int NO_BINARY_FOR_GPU = 209;
  static final int ECC_UNCORRECTABLE = 214;
  static final int INVALID_PTX = 218;
  static final int UNSUPPORTED_PTX_VERSION = 222;
  static final int OPERATING_SYSTEM = 304;
  static final int NOT_FOUND = 500;
  static final int ILLEGAL_ADDRESS = 700;
  static final int LAUNCH_OUT_OF_RESOURCES = 701;
  static final int LAUNCH_TIMEOUT = 702;
  static final int CONTEXT_IS_DESTROYED = 709;
  static final int ASSERT = 710;
  static final int HARDWARE_STACK_ERROR = 714;
  static final int LAUNCH_FAILED = 719;
  static final int SYSTEM_NOT_READY = 802;
  static final int SYSTEM_DRIVER_MISMATCH = 803;
  static final int UNKNOWN = 999;

  private static final String UNKNOWN_NAME = "INVALID CUresult: ";

  private CudaStatus() {}

  /// The name and the number, as in `CUDA_ERROR_OUT_OF_MEMORY (2)`.
  static String name(int status) {
    String name = CUresult.stringFor(status);
    return (name.startsWith(UNKNOWN_NAME) ? "a driver's newer result" : name) + " (" + status + ")";
  }

  /// The result of a call by JCuda, which throws it by name instead if anybody in this process told
  /// it to.
  static int of(IntSupplier call) {
    try {
      return call.getAsInt();
    } catch (CudaException e) {
      for (int status = 1; status <= UNKNOWN; status++) {
        if (CUresult.stringFor(status).equals(e.getMessage())) {
          return status;
        }
      }
      return UNKNOWN;
    }
  }

  /// Throws unless the status is a success.
  static void check(int status, Device device, Supplier<String> doing) {
    if (status != SUCCESS) {
      throw exception(status, device, doing.get());
    }
  }

  /// @param doing what was asked for: an op with its shape, a transfer with its size
  static DeviceException exception(int status, Device device, String doing) {
    String message = device + ": " + doing + ": " + name(status) + ". " + advice(status);
    return status == OUT_OF_MEMORY
        ? new OutOfMemoryException(message)
        : new DeviceException(message);
  }

  /// Whether the context is lost: all that follows fails with the same result.
  static boolean isSticky(int status) {
    return status == ILLEGAL_ADDRESS
        || status == LAUNCH_TIMEOUT
        || status == CONTEXT_IS_DESTROYED
        || status == ECC_UNCORRECTABLE
        || status >= ASSERT && status <= LAUNCH_FAILED;
  }

  private static String advice(int status) {
    if (isSticky(status)) {
      return "A kernel queued before has failed, and this process cannot use the device any more; other"
          + " devices still work. Run again with -Dadjoint.cuda.sync=true to learn which operation it"
          + " was.";
    }
    return switch (status) {
      case OUT_OF_MEMORY -> "Close tensors that are no longer needed, or work in smaller batches.";
      case LAUNCH_OUT_OF_RESOURCES, INVALID_VALUE ->
          "Run with a smaller -D" + CudaDevice.LANES_PROPERTY + "=<power of two>, such as 64.";
      case INVALID_IMAGE, NO_BINARY_FOR_GPU, INVALID_PTX, UNSUPPORTED_PTX_VERSION ->
          "Update NVIDIA's driver: it does not know this GPU's code or this PTX.";
      default -> "Update NVIDIA's driver, or use another device: \"cpu\" always works.";
    };
  }
}
