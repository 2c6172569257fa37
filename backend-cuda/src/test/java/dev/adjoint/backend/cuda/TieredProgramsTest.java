package dev.adjoint.backend.cuda;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.lowering.KernelLaunch;
import dev.adjoint.lowering.KernelSource;
import dev.adjoint.lowering.Limits;
import dev.adjoint.lowering.Lowering;
import dev.adjoint.lowering.Sources;
import dev.adjoint.lowering.compiled.BinaryFolder;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.driver.CUmodule;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Where kernels come from, against a library that stands for NVRTC and a driver that loads anything.
@Timeout(120)
@Tag("sources")
class TieredProgramsTest {
  private static final Device DEVICE = new Device("cuda", 0);
  private static final Buffer MEMORY = () -> Long.MAX_VALUE;

  @TempDir Path folder;

  private final Lowering lowering =
      Lowering.forCuda(new Limits("cuda:0", 256, 48 << 10, 4, 500, true));
  private final List<String> images = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void forget() {
    System.clearProperty(Nvrtc.PROPERTY);
    System.clearProperty(TieredPrograms.PROPERTY);
  }

  private Nvrtc nvrtc() throws Exception {
    System.setProperty(Nvrtc.PROPERTY, StubLibrary.compile("nvrtc.c", folder).toString());
    return Nvrtc.find(12_000);
  }

  /// A driver that keeps what it is given.
  private final class Driver implements TieredPrograms.Loader {
    @Override
    public CudaKernel load(byte[] image, String name, String doing) {
      String text = new String(image, StandardCharsets.UTF_8);
      images.add(text);
      if (text.contains("ptx of refused")) {
        throw new DeviceException(doing + ": refused");
      }
      return new CudaKernel(new CUmodule(), images.size());
    }

    @Override
    public void unload(CudaKernel kernel) {}
  }

  private TieredPrograms programs(Nvrtc nvrtc, PtxCatalogue catalogue, Path cache) {
    return new TieredPrograms(DEVICE, 80, new Driver(), nvrtc, catalogue, new BinaryFolder(cache));
  }

  /// A catalogue that has these kernels, whose PTX is their name.
  private static PtxCatalogue catalogue(List<String> kernels) {
    StringBuilder index = new StringBuilder();
    StringBuilder all = new StringBuilder();
    for (String kernel : kernels) {
      String text = "ptx of " + kernel;
      index.append(kernel + " f32 " + all.length() + " " + text.length() + "\n");
      all.append(text);
    }
    Map<String, String> files =
        Map.of("index", index.toString(), "header", "header\n", "f32", all.toString());
    return new PtxCatalogue(name -> new ByteArrayInputStream(files.get(name).getBytes(US_ASCII)));
  }

  private PtxCatalogue whole() {
    return catalogue(lowering.catalogue(DType.FLOAT32).stream().map(KernelSource::name).toList());
  }

  private static PtxCatalogue none() {
    return new PtxCatalogue(name -> null);
  }

  /// exp(exp(x)) of three elements.
  private static Launch launch() {
    Row exp = Row.of(Row.Family.UNARY, "exp");
    Instruction first = new Instruction(exp, DType.FLOAT32, List.of(0));
    Instruction second = new Instruction(exp, DType.FLOAT32, List.of(1));
    Program twice =
        Program.of(List.of(DType.FLOAT32), List.of(), List.of(first, second), List.of(2));
    Operand[] operands = {
      new Operand(MEMORY, 0, new long[] {1}), new Operand(MEMORY, 0, new long[] {1})
    };
    return new Launch.Elementwise("exp", twice, new long[] {3}, operands, new long[0]);
  }

  private List<KernelLaunch> plan(TieredPrograms programs) {
    return programs.plan(launch(), lowering, bytes -> MEMORY);
  }

  private KernelSource own() {
    return lowering.lower(launch(), bytes -> MEMORY).getFirst().source();
  }

  @Test
  void aNewProgramRunsInStepsUntilItsKernelIsCompiled() throws Exception {
    try (TieredPrograms programs = programs(nvrtc(), whole(), null)) {
      List<KernelLaunch> steps = plan(programs);
      assertEquals(2, steps.size(), steps::toString);
      for (KernelLaunch step : steps) {
        assertTrue(programs.find(step.source(), "exp").isPresent());
      }
      String ptx = "header\nptx of " + steps.getFirst().source().name();
      assertTrue(images.contains(ptx), () -> images.toString());
      programs.settle();
      assertEquals(List.of(own()), plan(programs).stream().map(KernelLaunch::source).toList());
      assertTrue(programs.find(own(), "exp").isPresent());
      assertTrue(
          images.contains(
              "compiled " + own().name() + ".cu --gpu-architecture=sm_80 --std=c++17 --fmad=false"),
          () -> images.toString());
    }
  }

  @Test
  void whoWantsToWaitGetsTheKernelAtOnce() throws Exception {
    System.setProperty(TieredPrograms.PROPERTY, "wait");
    try (TieredPrograms programs = programs(nvrtc(), whole(), null)) {
      assertEquals(1, plan(programs).size());
    }
  }

  @Test
  void withoutNvrtcEverythingRunsInSteps() throws Exception {
    try (TieredPrograms programs = programs(null, whole(), null)) {
      assertEquals(2, plan(programs).size());
      programs.settle();
      assertEquals(2, plan(programs).size());
      assertEquals("no NVRTC and a catalogue", programs.description());
    }
  }

  @Test
  void withoutACatalogueTheLaunchWaitsForItsKernel() throws Exception {
    try (TieredPrograms programs = programs(nvrtc(), none(), null)) {
      assertEquals(1, plan(programs).size());
      assertTrue(programs.find(own(), "exp").isPresent());
    }
  }

  @Test
  void withoutBothTheErrorSaysWhatToInstall() {
    try (TieredPrograms programs = programs(null, none(), null)) {
      DeviceException e = assertThrows(DeviceException.class, () -> programs.find(own(), "exp"));
      assertTrue(e.getMessage().startsWith("cuda:0: exp: there is nothing to make kernels with"));
      assertTrue(e.getMessage().contains("pip install nvidia-cuda-nvrtc"), e::getMessage);
    }
  }

  @Test
  void anotherProcessFindsTheKernelOnDisk() throws Exception {
    Path cache = folder.resolve("cache");
    try (TieredPrograms programs = programs(nvrtc(), none(), cache)) {
      programs.find(own(), "exp");
    }
    try (TieredPrograms programs = programs(nvrtc(), whole(), cache)) {
      assertEquals(1, plan(programs).size(), "at hand, though not in the catalogue");
      programs.find(own(), "exp");
    }
    assertEquals(2, images.size());
    assertEquals(images.getFirst(), images.getLast());
    try (var files = Files.list(cache)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void aFailedCompilationShowsTheCompilersWordsAndTheSource() throws Exception {
    KernelSource wrong = Sources.source("elementwise_wrong", "void f() { nowhere; }");
    try (TieredPrograms programs = programs(nvrtc(), none(), null)) {
      DeviceException e = assertThrows(DeviceException.class, () -> programs.find(wrong, "add"));
      String said = e.getMessage();
      assertTrue(said.startsWith("cuda:0: add: cannot build the kernel elementwise_wrong."), said);
      assertTrue(said.contains("nowhere is undefined") && said.contains("NVRTC 12.9 ("), said);
      Matcher file = Pattern.compile("The source is in (\\S+\\.cu),").matcher(said);
      assertTrue(file.find(), said);
      assertEquals("void f() { nowhere; }", Files.readString(Path.of(file.group(1))));
      Files.delete(Path.of(file.group(1)));
    }
  }

  @Test
  void ptxThatTheDriverRefusesIsCompiledAnew() throws Exception {
    PtxCatalogue newer = catalogue(List.of("refused_f32"));
    KernelSource kernel = Sources.source("refused_f32", "a kernel");
    try (TieredPrograms programs = programs(nvrtc(), newer, null)) {
      assertTrue(programs.find(kernel, "sort").isPresent());
      assertTrue(images.getLast().startsWith("compiled refused_f32.cu"), images::toString);
    }
    try (TieredPrograms programs = programs(null, newer, null)) {
      DeviceException e = assertThrows(DeviceException.class, () -> programs.find(kernel, "sort"));
      assertTrue(e.getMessage().contains("Update the driver"), e::getMessage);
    }
  }

  @Test
  void aKernelThatIsNotWrittenForATypeIsNotFound() throws Exception {
    KernelSource other = Sources.source("softmax_i32", "no kernel");
    try (TieredPrograms programs = programs(null, whole(), null)) {
      assertTrue(programs.find(other, "softmax").isEmpty());
    }
  }

  @Test
  void aDeviceThatNvrtcDoesNotKnowGetsPtxForTheNewestThatItDoes() throws Exception {
    Nvrtc nvrtc = nvrtc();
    assertEquals("--gpu-architecture=sm_90", nvrtc.options(90).getFirst());
    assertEquals("--gpu-architecture=compute_90", nvrtc.options(120).getFirst());
    assertEquals("--gpu-architecture=compute_80", nvrtc.options(86).getFirst());
    assertNull(nvrtc.complaint(75));
    assertTrue(nvrtc.complaint(61).endsWith("compiles for none older than sm_75"));
    assertFalse(nvrtc.key(90).equals(nvrtc.key(80)), "what is on disk is for one architecture");
    Nvrtc.Result result = nvrtc.compile("a kernel", "k", 120);
    assertTrue(new String(result.image(), StandardCharsets.UTF_8).startsWith("compiled k.cu"));
  }

  /// NVRTC needs no GPU: where it is installed, it compiles what the lowering writes.
  @Test
  void theInstalledNvrtcCompilesTheLoweringsText() {
    Nvrtc nvrtc = Nvrtc.find(13_000);
    if (nvrtc == null) {
      System.out.println("cuda: no kernel compiled by NVRTC, it is not installed");
      return;
    }
    KernelSource softmax = lowering.source(new Kernel("softmax", DType.FLOAT64));
    for (KernelSource source : List.of(own(), softmax)) {
      Nvrtc.Result result = nvrtc.compile(source.text(), source.name(), 80);
      assertEquals("", result.log(), nvrtc.description());
      assertTrue(result.image() != null && result.image().length > 1000);
    }
  }
}
