/// The programs and printed outputs that the project set out from: forum questions, a transcript, a
/// notebook, a blog and a course page, line by line.
package dev.adjoint.acceptance;
