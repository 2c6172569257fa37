package dev.adjoint.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.spi.BackendProvider;
import dev.adjoint.type.DeviceException;
import dev.adjoint.type.OutOfMemoryException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class NativeLibraryTest {

  /// What the other JVMs of these tests run: prints what probing found.
  public static final class Probe {
    public static void main(String[] arguments) {
      BackendProvider.Probe probe = new CpuProvider().probe().getFirst();
      System.out.print(probe.available() + " " + probe.description() + " " + probe.remedy());
    }
  }

  /// Prints why there is no BLAS, the second time as well.
  public static final class Products {
    public static void main(String[] arguments) {
      for (int i = 0; i < 2; i++) {
        System.out.println(assertThrows(DeviceException.class, Blas::get).getMessage());
      }
    }
  }

  private static Process jvm(String... options) throws IOException {
    return jvm(Probe.class, options);
  }

  private static Process jvm(Class<?> main, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xshare:auto", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(options));
    command.add(main.getName());
    return new ProcessBuilder(command).redirectErrorStream(false).start();
  }

  private static String output(Process process) throws Exception {
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return text;
  }

  @Test
  void manyJvmsMayStartAtOnce(@TempDir Path folder) throws Exception {
    Path cache = folder.resolve("cache");
    String option = "-Dadjoint.native.cache=" + cache;
    List<Process> jvms = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      jvms.add(jvm("--enable-native-access=ALL-UNNAMED", option));
    }
    for (Process process : jvms) {
      assertTrue(output(process).startsWith("true"));
    }
    try (Stream<Path> files = Files.walk(cache)) {
      assertEquals(1, files.filter(Files::isRegularFile).count());
    }
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(cache)));
  }

  @Test
  void aDeniedAccessNamesTheFlag() throws Exception {
    String said = output(jvm("--illegal-native-access=deny"));
    assertTrue(said.startsWith("false"), said);
    assertTrue(said.contains("--enable-native-access"), said);
  }

  @Test
  void aWrongLibraryNamesTheFileAndTheProperty(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("wrong.so"), "not a library");
    String said =
        output(jvm("--enable-native-access=ALL-UNNAMED", "-Dadjoint.native.library=" + file));
    assertTrue(said.startsWith("false"), said);
    assertTrue(said.contains(file.toString()) && said.contains("adjoint.native.library"), said);
  }

  @Test
  void aWrongBlasNamesTheFileAndItsOwnProperty(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("wrong.so"), "not a library");
    String option = "-Dadjoint.blas=" + file;
    String said = output(jvm(Products.class, "--enable-native-access=ALL-UNNAMED", option));
    String once = said.substring(0, said.length() / 2);
    assertEquals(once + once, said);
    assertTrue(once.startsWith("cpu: cannot load " + file), said);
    assertTrue(once.contains("adjoint.blas") && !once.contains("adjoint.native"), said);
  }

  @Test
  void theProviderFindsTheProcessor() {
    CpuProvider provider = new CpuProvider();
    BackendProvider.Probe probe = provider.probe().getFirst();
    assertTrue(probe.available());
    assertFalse(probe.description().isEmpty());
    assertThrows(DeviceException.class, () -> provider.open(1));
  }

  @Test
  void moreThanThereIsIsRefused() {
    try (Host host = new Host(1)) {
      long tooMuch = 1L << 50;
      OutOfMemoryException e =
          assertThrows(OutOfMemoryException.class, () -> host.backend().allocate(tooMuch));
      assertTrue(e.getMessage().contains(Long.toString(tooMuch)));
    }
  }
}
