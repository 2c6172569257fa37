package dev.adjoint;

import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Tests of two devices: the CPU, and each other one. A checked CPU is another one, so they always run.
@ParameterizedClass(name = "cpu and {0}")
@MethodSource("dev.adjoint.Devices#besideTheCpu")
public abstract class BesideTheCpu extends OnADevice {}
