/// The OpenCL backend. JOCL finds devices, makes memory and builds programs; what runs once per
/// launch or transfer goes through [dev.adjoint.backend.opencl.Driver]. Statuses become exceptions
/// in [dev.adjoint.backend.opencl.ClStatus] alone.
@NullMarked
package dev.adjoint.backend.opencl;

import org.jspecify.annotations.NullMarked;
