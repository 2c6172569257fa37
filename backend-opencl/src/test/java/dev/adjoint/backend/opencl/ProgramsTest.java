package dev.adjoint.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.lowering.KernelLaunch;
import dev.adjoint.lowering.KernelSource;
import dev.adjoint.lowering.Sources;
import dev.adjoint.lowering.compiled.BinaryFolder;
import dev.adjoint.spi.Buffer;
import dev.adjoint.type.DeviceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ProgramsTest {

  /// Runs the kernel in a context of its own and tells how many compilations that took.
  private static void compiles(int expected, Path folder) throws Exception {
    OnDevice.run(
        false,
        folder,
        backend -> {
          Buffer buffer = backend.allocate(400);
          OnDevice.ramp(backend, null, buffer, 3, 100);
          assertEquals(297, OnDevice.floats(backend, buffer, 100)[99]);
          assertEquals(expected, backend.programs().compilations());
          backend.free(buffer);
        });
  }

  private static List<Path> files(Path folder) throws Exception {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void theSecondProcessFindsTheBinary(@TempDir Path parent) throws Exception {
    Path folder = parent.resolve("opencl");
    compiles(1, folder);
    compiles(0, folder);
    for (Path file : files(folder)) {
      assertEquals(1, files(folder).size(), "no part is left beside " + file);
      assertEquals(
          "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
    }
  }

  @Test
  void aDamagedBinaryIsCompiledAnew(@TempDir Path folder) throws Exception {
    compiles(1, folder);
    for (Path file : files(folder)) {
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 1;
      Files.write(file, bytes);
    }
    compiles(1, folder);
    compiles(0, folder);
    for (Path file : files(folder)) {
      Files.write(file, new byte[3]);
    }
    compiles(1, folder);
  }

  @Test
  void aBinaryThatTheDriverRefusesIsCompiledAnew(@TempDir Path folder) throws Exception {
    compiles(1, folder);
    for (Path file : files(folder)) {
      new BinaryFolder(folder).write(file.getFileName().toString(), new byte[] {1, 2, 3, 4});
    }
    compiles(1, folder);
    compiles(0, folder);
  }

  @Test
  void aFolderThatCannotBeMadeIsDoneWithout(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    compiles(1, file);
  }

  @Test
  void oneOfManyThreadsBuilds() throws Exception {
    OnDevice.run(backend -> {
      Buffer buffer = backend.allocate(400);
      try (var threads = Executors.newFixedThreadPool(4)) {
        List<Future<?>> runs = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
          runs.add(threads.submit(() -> OnDevice.ramp(backend, null, buffer, 2, 100)));
        }
        for (Future<?> run : runs) {
          run.get();
        }
      }
      assertEquals(198, OnDevice.floats(backend, buffer, 100)[99]);
      assertEquals(1, backend.programs().compilations());
    });
  }

  @Test
  void aFailedBuildShowsTheCompilersWordsAndTheSource() throws Exception {
    KernelSource wrong =
        Sources.source("wrong_1", "__kernel void wrong_1(__global float *c) { c[0] = nowhere; }");
    KernelLaunch launch = new KernelLaunch(wrong, new Buffer[1], new long[0], 1, 1);
    OnDevice.run(backend -> {
      DeviceException e =
          assertThrows(
              DeviceException.class, () -> backend.run(List.of(launch), OnDevice.cause(2, 3)));
      String said = e.getMessage();
      assertTrue(
          said.startsWith(
              "opencl:0: ramp: cannot build the kernel wrong_1: CL_BUILD_PROGRAM_FAILURE (-11)."),
          said);
      assertTrue(said.contains("nowhere") && said.contains("-cl-std=CL1.2"), said);
      Matcher file = Pattern.compile("The source is in (\\S+\\.cl)").matcher(said);
      assertTrue(file.find(), said);
      Path source = Path.of(file.group(1));
      assertTrue(Files.readString(source).contains("nowhere"));
      Files.delete(source);
      compiles(1, null); // and the driver is none the worse
    });
  }

  @Test
  void aKernelThatItsSourceLacksIsNotFound() throws Exception {
    KernelSource other = Sources.source("other_1", "__kernel void another(__global float *c) { }");
    OnDevice.run(backend -> assertTrue(backend.programs().find(other, "other").isEmpty()));
  }
}
