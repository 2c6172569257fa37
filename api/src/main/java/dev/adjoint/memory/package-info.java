/// Where elements live: storages and their versions, layouts over them, pending programs, the caching
/// allocator and the devices that are open. Knows nothing of tensors or gradients.
@NullMarked
package dev.adjoint.memory;

import org.jspecify.annotations.NullMarked;
