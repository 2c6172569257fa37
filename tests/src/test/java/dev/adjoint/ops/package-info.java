/// The conformance suite: every operation on every device against PyTorch's numbers.
///
/// A row of a table here names an operation and how to call it; its cases are the lines of
/// `golden/*.jsonl` with the same name, which `tests/golden/generate.py` writes.
package dev.adjoint.ops;
