package dev.adjoint.backend.opencl;

import dev.adjoint.lowering.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/// One device of one driver, and what it tells of itself.
record ClDevice(cl_platform_id platform, cl_device_id id) {
  /// Given, a CPU computes by lanes, as a GPU does.
  static final String LANES_PROPERTY = "adjoint.opencl.lanes";

  private static final int MOST_LANES = 256;

  /// What is left to a kernel's pointers of the least that a device takes by value, 128 words.
  private static final int POINTERS = 24;

  private static final Pattern VERSION = Pattern.compile("OpenCL (\\d+)\\.(\\d+).*");

  /// What all drivers offer.
  ///
  /// @param platforms how many drivers there are
  /// @param devices those that can run our kernels: GPUs and accelerators first, else in the
  ///     drivers' order
  record All(int platforms, List<ClDevice> devices) {}

  static All find() {
    return SignalHandlers.keepDuring(ClDevice::ask);
  }

  private static All ask() {
    int[] count = new int[1];
    int status = ClStatus.of(() -> CL.clGetPlatformIDs(0, null, count));
    if (status != ClStatus.SUCCESS || count[0] == 0) {
      return new All(0, List.of());
    }
    cl_platform_id[] platforms = new cl_platform_id[count[0]];
    ClStatus.of(() -> CL.clGetPlatformIDs(platforms.length, platforms, null));
    List<ClDevice> devices = new ArrayList<>();
    for (cl_platform_id platform : platforms) {
      addDevices(platform, devices);
    }
    devices.sort(Comparator.comparing(ClDevice::isCpu));
    return new All(platforms.length, List.copyOf(devices));
  }

  /// A driver that answers with an error, as some do without their hardware, has no devices.
  private static void addDevices(cl_platform_id platform, List<ClDevice> devices) {
    int[] count = new int[1];
    long types = CL.CL_DEVICE_TYPE_ALL;
    if (ClStatus.of(() -> CL.clGetDeviceIDs(platform, types, 0, null, count)) != 0) {
      return;
    }
    cl_device_id[] ids = new cl_device_id[count[0]];
    if (ClStatus.of(() -> CL.clGetDeviceIDs(platform, types, ids.length, ids, null)) != 0) {
      return;
    }
    for (cl_device_id id : ids) {
      ClDevice device = new ClDevice(platform, id);
      if (device.isUsable()) {
        devices.add(device);
      }
    }
  }

  private boolean isUsable() {
    Matcher version = VERSION.matcher(text(CL.CL_DEVICE_VERSION));
    return number(CL.CL_DEVICE_AVAILABLE) != 0
        && number(CL.CL_DEVICE_COMPILER_AVAILABLE) != 0
        && number(CL.CL_DEVICE_ENDIAN_LITTLE) != 0
        && number(CL.CL_DEVICE_ADDRESS_BITS) == 64
        && version.matches()
        && 10 * Integer.parseInt(version.group(1)) + Integer.parseInt(version.group(2)) >= 12;
  }

  boolean isCpu() {
    return (number(CL.CL_DEVICE_TYPE) & CL.CL_DEVICE_TYPE_CPU) != 0;
  }

  String name() {
    return text(CL.CL_DEVICE_NAME);
  }

  /// One line: the device, whose driver it is, and how much of it there is.
  String description() {
    String driver = platformText(CL.CL_PLATFORM_NAME) + " " + text(CL.CL_DRIVER_VERSION);
    return name() + ", " + driver + ", " + number(CL.CL_DEVICE_MAX_COMPUTE_UNITS) + " units";
  }

  /// What a compiled kernel is good for, beside its source.
  String compiler() {
    return String.join(
        "\n",
        name(),
        text(CL.CL_DRIVER_VERSION),
        platformText(CL.CL_PLATFORM_VERSION),
        buildOptions());
  }

  String buildOptions() {
    boolean exact =
        (number(CL.CL_DEVICE_SINGLE_FP_CONFIG) & CL.CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0;
    return "-cl-std=CL1.2"
        + (exact ? " -cl-fp32-correctly-rounded-divide-sqrt" : "")
        + (ranges() ? " -DON_CPU" : "");
  }

  Limits limits() {
    long most =
        Math.min(
            Math.min(
                number(CL.CL_DEVICE_MAX_WORK_GROUP_SIZE),
                number(CL.CL_DEVICE_MAX_WORK_ITEM_SIZES)), // the first of three is first
            Math.min(Integer.getInteger(LANES_PROPERTY, MOST_LANES), MOST_LANES));
    return new Limits(
        name(),
        Integer.highestOneBit((int) Math.max(1, most)),
        number(CL.CL_DEVICE_LOCAL_MEM_SIZE),
        (int) number(CL.CL_DEVICE_MAX_COMPUTE_UNITS),
        (int) number(CL.CL_DEVICE_MAX_PARAMETER_SIZE) / Long.BYTES - POINTERS,
        number(CL.CL_DEVICE_DOUBLE_FP_CONFIG) != 0,
        ranges());
  }

  /// Whether it computes as a CPU does.
  private boolean ranges() {
    return isCpu() && Integer.getInteger(LANES_PROPERTY) == null;
  }

  long memory() {
    return number(CL.CL_DEVICE_GLOBAL_MEM_SIZE);
  }

  long largestAllocation() {
    return number(CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE);
  }

  /// Whether its memory is the host's.
  @SuppressWarnings("deprecation") // there is no other way to ask a 1.2 device
  boolean isUnified() {
    return number(CL.CL_DEVICE_HOST_UNIFIED_MEMORY) != 0;
  }

  /// Whether the driver keeps on disk what it compiled, and to hand it out would compile once more, which
  /// takes PoCL longer than the first time.
  boolean keepsKernels() {
    return platformText(CL.CL_PLATFORM_NAME).equals("Portable Computing Language");
  }

  /// A property that is a number or begins with one; 0 when the driver does not know it.
  private long number(int property) {
    long[] value = new long[8];
    Pointer to = Pointer.to(value);
    int status = ClStatus.of(() -> CL.clGetDeviceInfo(id, property, 8L * value.length, to, null));
    return status == ClStatus.SUCCESS ? value[0] : 0;
  }

  private String text(int property) {
    byte[] value = new byte[1024];
    long[] length = new long[1];
    Pointer to = Pointer.to(value);
    int status = ClStatus.of(() -> CL.clGetDeviceInfo(id, property, value.length, to, length));
    return status == ClStatus.SUCCESS ? string(value, length[0]) : "";
  }

  private String platformText(int property) {
    byte[] value = new byte[1024];
    long[] length = new long[1];
    Pointer to = Pointer.to(value);
    int status =
        ClStatus.of(() -> CL.clGetPlatformInfo(platform, property, value.length, to, length));
    return status == ClStatus.SUCCESS ? string(value, length[0]) : "";
  }

  private static String string(byte[] value, long length) {
    int end = (int) Math.max(0, length - 1); // OpenCL counts the closing zero
    return new String(value, 0, end, StandardCharsets.UTF_8).strip();
  }
}
