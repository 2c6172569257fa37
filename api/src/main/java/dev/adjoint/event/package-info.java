/// What the runtime tells Java Flight Recorder: `java -XX:StartFlightRecording=filename=run.jfr`, then
/// JDK Mission Control or `jfr print --categories Adjoint run.jfr`. Without a recording an event
/// costs a test of a constant.
@NullMarked
package dev.adjoint.event;

import org.jspecify.annotations.NullMarked;
