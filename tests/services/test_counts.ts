/** How many tests passed, failed and were skipped, by the report that `deno test` writes. */

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Reads a report in JUnit's format, as `deno test --junit-path` writes it. */
export function testCounts(report: string): TestCounts {
  const [, tests, failed] = /<testsuites [^>]*tests="(\d+)" failures="(\d+)"/.exec(report)!;
  // Elements, as text that a test printed is escaped.
  const skipped = report.match(/<skipped\b/g)?.length ?? 0;
  return { passed: Number(tests) - Number(failed) - skipped, failed: Number(failed), skipped };
}

/** One sentence of all: `12 passed, 0 failed, 1 skipped`. */
export function countsText(counts: readonly TestCounts[]): string {
  const sum = (name: keyof TestCounts) => counts.reduce((total, count) => total + count[name], 0);
  return `${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`;
}
