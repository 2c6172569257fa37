package dev.adjoint.backend.opencl;

import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import dev.adjoint.type.OutOfMemoryException;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jocl.CLException;

/// What OpenCL's functions answer, by name, and the one place where an answer becomes an exception.
final class ClStatus {
  static final int SUCCESS = 0;
  static final int ALLOCATION_FAILURE = -4;
  static final int OUT_OF_RESOURCES = -5;
  static final int OUT_OF_HOST_MEMORY = -6;
  static final int BUILD_FAILURE = -11;
  static final int FAILED_EARLIER = -14;
  static final int INVALID_COMMAND_QUEUE = -36;
  static final int INVALID_KERNEL_NAME = -46;
  static final int INVALID_WORK_GROUP_SIZE = -54;
  static final int INVALID_WORK_ITEM_SIZE = -55;
  static final int INVALID_BUFFER_SIZE = -61;
  static final int NO_PLATFORM = -1001;

  /// NVIDIA's word for a kernel that reads or writes what is not its own.
  static final int ILLEGAL_ACCESS = -9999;

  private static final List<String> FROM_0 =
      List.of(
          "CL_SUCCESS",
          "CL_DEVICE_NOT_FOUND",
          "CL_DEVICE_NOT_AVAILABLE",
          "CL_COMPILER_NOT_AVAILABLE",
          "CL_MEM_OBJECT_ALLOCATION_FAILURE",
          "CL_OUT_OF_RESOURCES",
          "CL_OUT_OF_HOST_MEMORY",
          "CL_PROFILING_INFO_NOT_AVAILABLE",
          "CL_MEM_COPY_OVERLAP",
          "CL_IMAGE_FORMAT_MISMATCH",
          "CL_IMAGE_FORMAT_NOT_SUPPORTED",
          "CL_BUILD_PROGRAM_FAILURE",
          "CL_MAP_FAILURE",
          "CL_MISALIGNED_SUB_BUFFER_OFFSET",
          "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST",
          "CL_COMPILE_PROGRAM_FAILURE",
          "CL_LINKER_NOT_AVAILABLE",
          "CL_LINK_PROGRAM_FAILURE",
          "CL_DEVICE_PARTITION_FAILED",
          "CL_KERNEL_ARG_INFO_NOT_AVAILABLE");

  /// What is invalid, in the order of the statuses -30, -31 and on.
  private static final List<String> INVALID =
      List.of(
          ("VALUE DEVICE_TYPE PLATFORM DEVICE CONTEXT QUEUE_PROPERTIES COMMAND_QUEUE HOST_PTR"
                  + " MEM_OBJECT IMAGE_FORMAT_DESCRIPTOR IMAGE_SIZE SAMPLER BINARY BUILD_OPTIONS"
                  + " PROGRAM PROGRAM_EXECUTABLE KERNEL_NAME KERNEL_DEFINITION KERNEL ARG_INDEX"
                  + " ARG_VALUE ARG_SIZE KERNEL_ARGS WORK_DIMENSION WORK_GROUP_SIZE WORK_ITEM_SIZE"
                  + " GLOBAL_OFFSET EVENT_WAIT_LIST EVENT OPERATION GL_OBJECT BUFFER_SIZE MIP_LEVEL"
                  + " GLOBAL_WORK_SIZE PROPERTY IMAGE_DESCRIPTOR COMPILER_OPTIONS LINKER_OPTIONS"
                  + " DEVICE_PARTITION_COUNT PIPE_SIZE DEVICE_QUEUE SPEC_ID")
              .split(" "));

  private ClStatus() {}

  /// The name and the number, as in `CL_OUT_OF_RESOURCES (-5)`.
  static String name(int status) {
    String name;
    if (status <= 0 && -status < FROM_0.size()) {
      name = FROM_0.get(-status);
    } else if (status <= -30 && -30 - status < INVALID.size()) {
      name = "CL_INVALID_" + INVALID.get(-30 - status);
    } else if (status == -72) {
      name = "CL_MAX_SIZE_RESTRICTION_EXCEEDED";
    } else if (status == NO_PLATFORM) {
      name = "CL_PLATFORM_NOT_FOUND_KHR";
    } else {
      name = status == ILLEGAL_ACCESS ? "illegal access, NVIDIA's own" : "a driver's own status";
    }
    return name + " (" + status + ")";
  }

  /// The status of a call by JOCL, which throws it instead if anybody in this process told it to.
  static int of(IntSupplier call) {
    try {
      return call.getAsInt();
    } catch (CLException e) {
      return e.getStatus();
    }
  }

  /// What a call by JOCL makes.
  ///
  /// @throws DeviceException when it makes nothing
  static <T> T made(Device device, String doing, Function<int[], T> call) {
    int[] status = new int[1];
    try {
      T made = call.apply(status);
      check(status[0], device, () -> doing);
      return made;
    } catch (CLException e) {
      throw exception(e.getStatus(), device, doing);
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
    return isOutOfMemory(status) ? new OutOfMemoryException(message) : new DeviceException(message);
  }

  /// Whether the status can only mean that memory is short.
  static boolean isOutOfMemory(int status) {
    return status == ALLOCATION_FAILURE
        || status == OUT_OF_HOST_MEMORY
        || status == INVALID_BUFFER_SIZE;
  }

  private static String advice(int status) {
    return switch (status) {
      case ALLOCATION_FAILURE, OUT_OF_HOST_MEMORY, INVALID_BUFFER_SIZE ->
          "Close tensors that are no longer needed, or work in smaller batches.";
      case OUT_OF_RESOURCES ->
          "The device is short of memory or registers, or an earlier kernel of this process has"
              + " crashed it. Work in smaller batches or, if nothing runs there any more, start the"
              + " process anew; other devices still work.";
      case INVALID_WORK_GROUP_SIZE, INVALID_WORK_ITEM_SIZE ->
          "Run with a smaller -D" + ClDevice.LANES_PROPERTY + "=<power of two>, such as 64.";
      case BUILD_FAILURE ->
          "Please report it with the source and what the compiler says; \"cpu\" always works.";
      case FAILED_EARLIER, INVALID_COMMAND_QUEUE, ILLEGAL_ACCESS ->
          "Work queued before has failed on the device; its results are lost. If nothing runs there"
              + " any more, start the process anew; other devices still work.";
      default -> "Update the device's driver, or use another device: \"cpu\" always works.";
    };
  }
}
