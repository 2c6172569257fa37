package dev.adjoint.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.nn.Losses;
import dev.adjoint.ops.cases.Arrangement;
import dev.adjoint.ops.cases.ErrorCase;
import dev.adjoint.ops.cases.ErrorCases;
import dev.adjoint.ops.cases.GoldenFile;
import dev.adjoint.ops.cases.OpCase;
import dev.adjoint.ops.cases.OpCases;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Nothing public computes without a row, no row is without golden numbers, and none is stale.
class CompletenessTest {

  /// Public methods that no row calls, and where they are tested or why they need no test here.
  private static final Map<String, String> EXCUSED =
      Map.of("to(Device)", "moves between devices: TransferTest has two");

  /// The factories that join tensors; the others compute nothing from tensors.
  private static final Set<String> JOINS = Set.of("cat", "stack", "where", "embedding");

  /// Rows of vectors alone, which have nothing to transpose.
  private static final Set<String> VECTORS = Set.of("dot");

  @Test
  void everyRowHasGoldenCasesAndEveryGoldenCaseHasARow() {
    Set<String> rows = OpCases.all().stream().map(OpCase::op).collect(sorted());
    assertEquals(
        rows,
        new TreeSet<>(GoldenFile.cases().keySet()),
        "rows of *Cases.java, then operations of tests/golden/*.py");
    assertEquals(rows.size(), OpCases.all().size(), "two rows have one name");
  }

  @Test
  void everyRowMeetsEveryArrangement() {
    Set<String> open = new TreeSet<>();
    for (OpCase row : OpCases.all()) {
      for (Arrangement arrangement : Arrangement.values()) {
        boolean possible = row.accepts(arrangement) && !VECTORS.contains(row.op());
        if (possible && GoldenFile.cases().get(row.op()).stream().noneMatch(arrangement::changes)) {
          open.add(row.op() + " " + arrangement);
        }
      }
    }
    assertTrue(open.isEmpty(), () -> "add cases to tests/golden/*.py for " + open);
  }

  @Test
  void everyPublicOperationHasARow() {
    Set<String> open = new TreeSet<>(operations());
    open.removeAll(covered());
    open.removeAll(EXCUSED.keySet());
    assertTrue(
        open.isEmpty(),
        () -> "add a row to *Cases.java and cases to tests/golden/*.py for " + open);
  }

  @Test
  void everyRowAndExcuseNamesAPublicOperation() {
    Set<String> stale = new TreeSet<>(covered());
    stale.addAll(EXCUSED.keySet());
    stale.removeAll(operations());
    assertTrue(stale.isEmpty(), () -> "no public operation is called " + stale);
  }

  @Test
  void everyWrongCallHasPyTorchsSentenceAndTheReverse() {
    Set<String> rows = ErrorCases.all().stream().map(ErrorCase::name).collect(sorted());
    assertEquals(
        rows,
        new TreeSet<>(GoldenFile.errors().keySet()),
        "rows of ErrorCases.java, then calls of tests/golden/errors.py");
  }

  private static Set<String> covered() {
    return OpCases.all().stream().map(OpCase::covers).flatMap(Collection::stream).collect(sorted());
  }

  private static Set<String> operations() {
    Stream<Class<?>> families =
        Stream.of(Tensor.class.getInterfaces()).filter(i -> i.getSimpleName().endsWith("Ops"));
    Stream<String> methods =
        families.flatMap(family -> declared(family).map(CompletenessTest::signature));
    Stream<String> copies = Stream.of("clone()");
    Stream<String> joins =
        declared(Tensors.class)
            .filter(method -> JOINS.contains(method.getName()))
            .map(method -> "Tensors." + signature(method));
    Stream<String> losses = declared(Losses.class).map(method -> "Losses." + signature(method));
    return Stream.of(methods, copies, joins, losses).flatMap(names -> names).collect(sorted());
  }

  private static Stream<Method> declared(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic());
  }

  private static String signature(Method method) {
    List<String> types = Stream.of(method.getParameterTypes()).map(Class::getSimpleName).toList();
    return method.getName() + "(" + String.join(",", types) + ")";
  }

  private static Collector<String, ?, Set<String>> sorted() {
    return Collectors.toCollection(TreeSet::new);
  }
}
