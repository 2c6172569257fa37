package dev.adjoint.backend.opencl;

import dev.adjoint.lowering.KernelSource;
import dev.adjoint.type.DeviceException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_program;
import org.jspecify.annotations.Nullable;

/// One compiled kernel and the program it is the only entry of.
record OpenClProgram(cl_program program, cl_kernel kernel) {

  /// The kernel as [Driver] takes it.
  long handle() {
    return kernel.getNativePointer();
  }

  /// Compiles a source; null when it compiles, but has no kernel of its name.
  ///
  /// @param op what needs it, in the words of an error message
  /// @throws DeviceException with the compiler's words and the file where the source can be read
  static @Nullable OpenClProgram ofSource(
      ClContext context, KernelSource source, String text, String op) {
    String doing = op + ": cannot build the kernel " + source.name();
    cl_program program =
        ClStatus.made(
            context.device(),
            doing,
            status ->
                CL.clCreateProgramWithSource(
                    context.context(), 1, new String[] {text}, null, status));
    int[] status = new int[1];
    OpenClProgram built = finish(context, program, source.name(), status);
    if (built == null && status[0] == ClStatus.BUILD_FAILURE) {
      // PoCL loses a file now and then when several processes compile; a second try costs no more.
      built = finish(context, program, source.name(), status);
    }
    if (built != null) {
      return built;
    }
    if (status[0] == ClStatus.INVALID_KERNEL_NAME) {
      ClStatus.of(() -> CL.clReleaseProgram(program));
      return null;
    }
    String log = log(context, program);
    ClStatus.of(() -> CL.clReleaseProgram(program));
    String report =
        "\nThe source is "
            + keep(source, text)
            + ", the options are "
            + context.traits().buildOptions()
            + " and the compiler of "
            + context.traits().description()
            + " says:\n"
            + log;
    DeviceException failure = ClStatus.exception(status[0], context.device(), doing);
    throw new DeviceException(failure.getMessage() + report);
  }

  /// Loads what [#binary] gave once; null when the driver refuses it.
  static @Nullable OpenClProgram ofBinary(ClContext context, String name, byte[] binary) {
    cl_device_id[] ids = {context.traits().id()};
    int[] status = new int[1];
    int[] accepted = new int[1];
    cl_program[] made = new cl_program[1];
    int created =
        ClStatus.of(() -> {
          made[0] =
              CL.clCreateProgramWithBinary(
                  context.context(),
                  1,
                  ids,
                  new long[] {binary.length},
                  new byte[][] {binary},
                  accepted,
                  status);
          return status[0];
        });
    if (created != ClStatus.SUCCESS) {
      return null;
    }
    OpenClProgram built = finish(context, made[0], name, status);
    if (built == null) {
      ClStatus.of(() -> CL.clReleaseProgram(made[0]));
    }
    return built;
  }

  /// @param status receives the first failure
  private static @Nullable OpenClProgram finish(
      ClContext context, cl_program program, String name, int[] status) {
    cl_device_id[] ids = {context.traits().id()};
    String options = context.traits().buildOptions();
    status[0] = ClStatus.of(() -> CL.clBuildProgram(program, 1, ids, options, null, null));
    if (status[0] != ClStatus.SUCCESS) {
      return null;
    }
    @Nullable cl_kernel[] kernel = new cl_kernel[1];
    status[0] =
        ClStatus.of(() -> {
          kernel[0] = CL.clCreateKernel(program, name, status);
          return status[0];
        });
    cl_kernel made = kernel[0];
    return status[0] != ClStatus.SUCCESS || made == null ? null : new OpenClProgram(program, made);
  }

  /// The driver's own form of the program; empty when it gives none. Some drivers compile when the
  /// kernel is made, not before.
  byte[] binary() {
    long[] size = new long[1];
    Pointer toSize = Pointer.to(size);
    int status =
        ClStatus.of(() ->
            CL.clGetProgramInfo(program, CL.CL_PROGRAM_BINARY_SIZES, Long.BYTES, toSize, null));
    byte[] binary = new byte[status == ClStatus.SUCCESS ? (int) size[0] : 0];
    if (binary.length == 0) {
      return binary;
    }
    Pointer toBinary = Pointer.to(Pointer.to(binary));
    status =
        ClStatus.of(
            () -> CL.clGetProgramInfo(program, CL.CL_PROGRAM_BINARIES, Long.BYTES, toBinary, null));
    return status == ClStatus.SUCCESS ? binary : new byte[0];
  }

  /// The most lanes of a group that the compiled kernel has registers for.
  long lanes(ClContext context) {
    long[] most = new long[1];
    Pointer to = Pointer.to(most);
    ClStatus.of(() ->
        CL.clGetKernelWorkGroupInfo(
            kernel, context.traits().id(), CL.CL_KERNEL_WORK_GROUP_SIZE, Long.BYTES, to, null));
    return most[0];
  }

  private static String log(ClContext context, cl_program program) {
    byte[] log = new byte[1 << 16];
    long[] length = new long[1];
    Pointer to = Pointer.to(log);
    int parameter = CL.CL_PROGRAM_BUILD_LOG;
    cl_device_id id = context.traits().id();
    ClStatus.of(() -> CL.clGetProgramBuildInfo(program, id, parameter, log.length, to, length));
    int end = (int) Math.max(0, Math.min(log.length, length[0]) - 1);
    String text = new String(log, 0, end, StandardCharsets.UTF_8).strip();
    return text.isEmpty() ? "nothing" : text;
  }

  private static String keep(KernelSource source, String text) {
    try {
      Path file = Files.createTempFile(source.name() + "-", ".cl");
      return "in " + Files.writeString(file, text);
    } catch (IOException e) {
      return "lost (" + e + ")";
    }
  }

  void close() {
    ClStatus.of(() -> CL.clReleaseKernel(kernel));
    ClStatus.of(() -> CL.clReleaseProgram(program));
  }
}
