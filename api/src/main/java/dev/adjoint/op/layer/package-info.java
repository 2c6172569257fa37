/// What the layers of networks compute: convolutions, pools, normalisations.
@NullMarked
package dev.adjoint.op.layer;

import org.jspecify.annotations.NullMarked;
