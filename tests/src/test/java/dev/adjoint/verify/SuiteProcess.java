package dev.adjoint.verify;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;
import static org.junit.platform.launcher.EngineFilter.includeEngines;
import static org.junit.platform.launcher.TagFilter.excludeTags;
import static org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder.request;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherFactory;

/// Runs a share of the suite and tells each result in a line of standard output. What the tests
/// themselves print goes to standard error.
///
/// Usage: `SuiteProcess [PART SHARE FOLDER CLASSES]...`, where a share is such as `0/4`, a folder holds
/// test classes, and classes are named by a regular expression.
public final class SuiteProcess {
  private SuiteProcess() {}

  public static void main(String[] args) {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    Launcher launcher = LauncherFactory.create();
    for (int i = 0; i < args.length; i += 4) {
      launcher.execute(
          tests(args[i + 1], Path.of(args[i + 2]), args[i + 3]), new ResultLines(out, args[i]));
    }
    ResultLines.end(out);
    System.exit(0); // whatever threads a driver or a test left behind
  }

  private static LauncherDiscoveryRequest tests(String share, Path folder, String classes) {
    return request()
        .selectors(selectClasspathRoots(Set.of(folder)))
        .filters(
            includeClassNamePatterns(classes),
            excludeTags("sources", "fonts", "last"),
            includeEngines("junit-jupiter"))
        .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
        .configurationParameter(Share.PARAMETER, share)
        .build();
  }
}
