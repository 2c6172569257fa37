package dev.adjoint.arch;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import dev.adjoint.memory.OpenDevice;
import dev.adjoint.spi.Backend;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Arrows between packages point down only, and there is one door to a device.
@Tag("sources")
class ArchitectureTest {
  private static final String ROOT = "dev.adjoint";
  private static final JavaClasses CLASSES =
      new ClassFileImporter().withImportOption(ArchitectureTest::isMain).importPackages(ROOT);

  private static boolean isMain(Location location) {
    return !location.contains("/test-classes/");
  }

  private static DescribedPredicate<JavaClass> ours(String... allowed) {
    return resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(allowed)));
  }

  private static void layer(String packages, String... mayUse) {
    ArchRule rule =
        noClasses().that().resideInAnyPackage(packages).should().dependOnClassesThat(ours(mayUse));
    rule.check(CLASSES);
  }

  @Test
  void allPackagesAreSeen() {
    TreeSet<String> packages = new TreeSet<>();
    CLASSES.forEach(c -> packages.add(c.getPackageName()));
    List<String> expected =
        List.of(
            ROOT,
            ROOT + ".backend.cpu",
            ROOT + ".graph",
            ROOT + ".lowering",
            ROOT + ".memory",
            ROOT + ".op",
            ROOT + ".spi",
            ROOT + ".type");
    assertTrue(packages.containsAll(expected), packages::toString);
  }

  @Test
  void typesUseNothing() {
    layer(ROOT + ".type", ROOT + ".type");
  }

  @Test
  void theSpiUsesTypes() {
    layer(ROOT + ".spi", ROOT + ".spi", ROOT + ".type");
  }

  @Test
  void eventsUseNothing() {
    layer(ROOT + ".event", ROOT + ".event");
  }

  @Test
  void loweringUsesTheSpiAndTypes() {
    layer(ROOT + ".lowering", ROOT + ".lowering", ROOT + ".event", ROOT + ".spi", ROOT + ".type");
    layer(ROOT + ".lowering.compiled", ROOT + ".lowering..", ROOT + ".event", ROOT + ".type");
  }

  @Test
  void memoryUsesTheSpiAndTypes() {
    layer(ROOT + ".memory..", ROOT + ".memory..", ROOT + ".event", ROOT + ".spi", ROOT + ".type");
  }

  @Test
  void theApiUsesNoBackend() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".backend..")
        .and()
        .resideInAnyPackage(
            ROOT,
            ROOT + ".autograd",
            ROOT + ".graph",
            ROOT + ".host",
            ROOT + ".op",
            ROOT + ".memory..",
            ROOT + ".nn",
            ROOT + ".optim")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + ".backend..")
        .check(CLASSES);
  }

  @Test
  void modulesAndOptimizersDoNotSeeTheSpi() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + ".autograd..", ROOT + ".nn..", ROOT + ".optim..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + ".spi..")
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void backendsSeeTheSpiAndTypesAndThoseThatCompileLowering() {
    backend("cpu", ROOT + ".spi", ROOT + ".type");
    backend("cuda", ROOT + ".spi", ROOT + ".type", ROOT + ".lowering..", ROOT + ".event");
    backend("opencl", ROOT + ".spi", ROOT + ".type", ROOT + ".lowering..");
  }

  private static void backend(String kind, String... mayUse) {
    String own = ROOT + ".backend." + kind + "..";
    String[] allowed = Arrays.copyOf(mayUse, mayUse.length + 1);
    allowed[mayUse.length] = own;
    noClasses()
        .that()
        .resideInAPackage(own)
        .should()
        .dependOnClassesThat(ours(allowed))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaMethodCall> callOf(Class<?> owner, String... methods) {
    List<String> names = List.of(methods);
    return DescribedPredicate.describe(
        "call of " + owner.getSimpleName() + "." + String.join(" or ", names),
        call -> names.contains(call.getName()) && call.getTargetOwner().isAssignableTo(owner));
  }

  private static void calledIn(String caller, Class<?> owner, String... methods) {
    noClasses()
        .that(not(assignableTo(Backend.class)))
        .and()
        .doNotHaveFullyQualifiedName(ROOT + "." + caller)
        .should()
        .callMethodWhere(callOf(owner, methods))
        .check(CLASSES);
  }

  @Test
  void launchesGoThroughTheOpenDeviceAlone() {
    calledIn("memory.OpenDevice", Backend.class, "launch");
  }

  @Test
  void bytesAreMovedByExportAlone() {
    calledIn("memory.OpenDevice", Backend.class, "upload", "download");
    calledIn("host.Export", OpenDevice.class, "upload", "download");
  }

  @Test
  void memoryIsTakenFromDevicesByTheAllocatorAlone() {
    calledIn("memory.pool.Reserve", Backend.class, "allocate", "free");
  }

  @Test
  void everyPackageIsNullMarked() {
    List<String> unmarked =
        CLASSES.getPackage(ROOT).getSubpackagesInTree().stream()
            .filter(p -> !p.getClasses().isEmpty())
            .filter(p -> !p.isAnnotatedWith("org.jspecify.annotations.NullMarked"))
            .map(JavaPackage::getName)
            .toList();
    assertEquals(List.of(), unmarked);
    assertTrue(CLASSES.getPackage(ROOT).isAnnotatedWith("org.jspecify.annotations.NullMarked"));
  }

  @Test
  void nothingPrints() {
    classes().that().resideOutsideOfPackage(ROOT + ".examples..").should(NOT_PRINT).check(CLASSES);
  }

  private static final com.tngtech.archunit.lang.ArchCondition<JavaClass> NOT_PRINT =
      com.tngtech.archunit.lang.conditions.ArchConditions.not(
          GeneralCodingRules.ACCESS_STANDARD_STREAMS);

  @Test
  void exceptionsForUsersAreTensorExceptions() {
    noClasses()
        .that()
        .resideInAnyPackage(
            ROOT,
            ROOT + ".autograd",
            ROOT + ".graph",
            ROOT + ".host",
            ROOT + ".op",
            ROOT + ".memory..")
        .should()
        .dependOnClassesThat(assignableTo(IllegalArgumentException.class))
        .check(CLASSES);
  }

  @Test
  void aBackendHasTenMethodsAtMost() {
    List<String> methods =
        Arrays.stream(Backend.class.getDeclaredMethods())
            .filter(m -> !m.isSynthetic())
            .map(java.lang.reflect.Method::getName)
            .sorted()
            .toList();
    assertTrue(methods.size() <= 10, () -> "a Backend has " + methods.size() + ": " + methods);
  }
}
