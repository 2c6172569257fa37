package dev.adjoint.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.util.zip.CRC32;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Leaves out the tests that are not in this process's share, which the checksum of their names decides:
/// each class is spread evenly over all shares, and a test is always in the same one.
public final class Share implements ExecutionCondition {
  /// The configuration parameter: `2/8` is the third of eight shares.
  static final String PARAMETER = "adjoint.share";

  /// Why a test of another share did not run.
  static final String ANOTHER = "in another share";

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    String share = context.getConfigurationParameter(PARAMETER).orElse("0/1");
    int slash = share.indexOf('/');
    long index = Long.parseLong(share, 0, slash, 10);
    long count = Long.parseLong(share, slash + 1, share.length(), 10);
    String name = context.getUniqueId();
    return !isTest(name) || checksum(name) % count == index ? enabled("here") : disabled(ANOTHER);
  }

  /// Whether it is a test itself and not a class or a method that has many.
  private static boolean isTest(String name) {
    String last = name.substring(name.lastIndexOf("/[") + 2);
    return last.startsWith("method:")
        || last.startsWith("test-template-invocation:")
        || last.startsWith("test-factory:");
  }

  private static long checksum(String name) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(UTF_8));
    return crc.getValue();
  }
}
