package dev.adjoint.backend.cuda;

import static jcuda.driver.CUdevice_attribute.*;

import dev.adjoint.lowering.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;

/// One GPU, and what the driver tells of it.
record CudaDevice(CUdevice id, int index) {
  static final String LANES_PROPERTY = "adjoint.cuda.lanes";

  private static final int MOST_LANES = 256;
  private static final int PARAMETER_BYTES = 4096;

  /// What is left of a kernel's parameters to its pointers.
  private static final int POINTERS = 24;

  /// What the driver offers.
  ///
  /// @param status what starting it answered
  /// @param version the newest CUDA it runs, as 1000 x major + 10 x minor; 0 when it did not start
  record All(int status, int version, List<CudaDevice> devices) {}

  static All find() {
    int status = CudaStatus.of(() -> JCudaDriver.cuInit(0));
    int[] number = new int[1];
    int versionStatus = CudaStatus.of(() -> JCudaDriver.cuDriverGetVersion(number));
    int version = versionStatus == CudaStatus.SUCCESS ? number[0] : 0;
    if (status == CudaStatus.SUCCESS) {
      status = CudaStatus.of(() -> JCudaDriver.cuDeviceGetCount(number));
    }
    List<CudaDevice> devices = new ArrayList<>();
    for (int i = 0; status == CudaStatus.SUCCESS && i < number[0]; i++) {
      CUdevice id = new CUdevice();
      int index = i;
      status = CudaStatus.of(() -> JCudaDriver.cuDeviceGet(id, index));
      devices.add(new CudaDevice(id, index));
    }
    return new All(status, version, List.copyOf(devices));
  }

  String name() {
    byte[] name = new byte[256];
    int status = CudaStatus.of(() -> JCudaDriver.cuDeviceGetName(name, name.length, id));
    String text = new String(name, StandardCharsets.UTF_8);
    return status == CudaStatus.SUCCESS ? text.substring(0, text.indexOf('\0')) : "a GPU";
  }

  /// One line: the card, its architecture and how much of it there is.
  String description() {
    return String.format(
        "%s, sm_%d, %d units, %.1f GiB",
        name(), architecture(), attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT), gibibytes());
  }

  private double gibibytes() {
    return memory() / (double) (1 << 30);
  }

  /// 10 x major + minor: 75 is Turing, 80 Ampere, 90 Hopper.
  int architecture() {
    return 10 * attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
        + attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  }

  Limits limits() {
    int most = Math.min(Integer.getInteger(LANES_PROPERTY, MOST_LANES), MOST_LANES);
    return new Limits(
        name(),
        Integer.highestOneBit(Math.max(32, most)), // a warp at least
        attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK),
        Math.max(1, attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT)),
        PARAMETER_BYTES / Long.BYTES - POINTERS,
        true);
  }

  long memory() {
    long[] bytes = new long[1];
    int status = CudaStatus.of(() -> JCudaDriver.cuDeviceTotalMem(bytes, id));
    return status == CudaStatus.SUCCESS ? bytes[0] : 0;
  }

  /// Whether memory can be taken and given back in a stream's order.
  boolean hasMemoryPools() {
    return attribute(CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED) != 0;
  }

  /// 0 when the driver does not know it.
  private int attribute(int attribute) {
    int[] value = new int[1];
    int status = CudaStatus.of(() -> JCudaDriver.cuDeviceGetAttribute(value, attribute, id));
    return status == CudaStatus.SUCCESS ? value[0] : 0;
  }
}
