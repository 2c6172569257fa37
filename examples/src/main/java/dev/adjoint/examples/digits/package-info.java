/// Training on handwritten digits: the data, the network, the loop, the chart.
@NullMarked
package dev.adjoint.examples.digits;

import org.jspecify.annotations.NullMarked;
