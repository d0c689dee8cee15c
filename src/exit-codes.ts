/** Exit codes that several commands have. Nothing is imported here, so that the program knows them before it has loaded. */

/** As a shell reports a program that Ctrl-C ended. */
export const INTERRUPTED = 130

/** The input or the tool failed. */
export const FAILED = 2
