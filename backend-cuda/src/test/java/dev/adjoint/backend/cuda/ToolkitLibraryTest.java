package dev.adjoint.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where NVIDIA's libraries are looked for, and in which order.
@Tag("sources")
class ToolkitLibraryTest {

  @Test
  void theDriversOwnGenerationComesFirst() {
    List<String> names = Nvrtc.SONAMES;
    assertEquals(names, ToolkitLibrary.order(names, 13_010));
    assertEquals(
        List.of("libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so.13"),
        ToolkitLibrary.order(names, 12_040));
  }

  private static Path touch(Path file) throws Exception {
    Files.createDirectories(file.getParent());
    return Files.createFile(file);
  }

  @Test
  void toolkitsThenTheLoaderThenPythonsPackages(@TempDir Path folder) throws Exception {
    Path toolkit = touch(folder.resolve("cuda/targets/x86_64-linux/lib/libx.so.12"));
    Path pip = touch(folder.resolve("env/lib/python3.12/site-packages/nvidia/x/lib/libx.so.12"));
    Path conda = touch(folder.resolve("conda/lib/libx.so.12"));
    Map<String, String> environment =
        Map.of(
            "CUDA_HOME", folder.resolve("cuda").toString(),
            "VIRTUAL_ENV", folder.resolve("env").toString(),
            "CONDA_PREFIX", folder.resolve("conda").toString());
    List<String> places = ToolkitLibrary.places("libx.so.12", environment::get);
    assertEquals(
        List.of(toolkit.toString(), "libx.so.12", pip.toString(), conda.toString()), places);
  }

  @Test
  void aPropertyNamesTheFileOrDoesWithout(@TempDir Path folder) throws Exception {
    String property = "adjoint.cuda.test";
    System.setProperty(property, StubLibrary.compile("nvrtc.c", folder).toString());
    try {
      assertTrue(ToolkitLibrary.find(property, List.of(), 0).file().endsWith("nvrtc.so"));
      assertTrue(ToolkitLibrary.located(property, List.of(), 0).endsWith("nvrtc.so"));
      System.setProperty(property, "false");
      assertEquals(
          "off (-Dadjoint.cuda.test=false)", ToolkitLibrary.located(property, List.of(), 0));
      assertNull(ToolkitLibrary.find(property, List.of("libc.so.6"), 12_000));
    } finally {
      System.clearProperty(property);
    }
    String none = ToolkitLibrary.located(property, List.of("libnone.so.13"), 13_000);
    assertTrue(none.startsWith("none found (libnone.so.13"), none);
  }
}
