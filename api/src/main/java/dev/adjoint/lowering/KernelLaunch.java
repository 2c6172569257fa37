package dev.adjoint.lowering;

import dev.adjoint.spi.Buffer;

/// One run of a kernel: its arguments are the buffers, in order, then all words as one struct by
/// value.
///
/// @param buffers what the kernel's pointers point to the starts of; offsets are among the words. A
///     null is a pointer that the kernel does not follow.
/// @param words 64 bits each
/// @param groups how many groups of lanes to start, at least 1
/// @param lanes of each group, a power of two within the device's limit
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record KernelLaunch(
    KernelSource source, Buffer[] buffers, long[] words, long groups, int lanes) {}
