/// What the runtime tells Java Flight Recorder: `java -XX:StartFlightRecording=filename=run.jfr`, then
/// JDK Mission Control or `jfr print --categories Adjoint run.jfr`. Without a recording nothing is
/// gathered for an event.
@NullMarked
package dev.adjoint.event;

import org.jspecify.annotations.NullMarked;
