/// The conformance suite's tables, one row per operation and per wrong call, and the golden data they run on.
package dev.adjoint.ops.cases;
