/// Where elements live and for how long, and a backend that checks how they are used.
package dev.adjoint.memory;
