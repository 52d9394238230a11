import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert/strict";
import type { LogEntry } from "../../../src/runtime/telemetry/log_entry.ts";
import {
  LogWriter,
  SAME_MESSAGE_MAX_PER_MINUTE,
} from "../../../src/runtime/telemetry/log_writer.ts";
import { redactor } from "../../../src/runtime/telemetry/redaction.ts";

function writer(format: "json" | "text", secrets: string[] = []) {
  const lines: string[] = [];
  let suppressed = 0;
  const log = new LogWriter({
    format,
    write: (line) => lines.push(line),
    redact: redactor(secrets),
    onSuppressed: () => suppressed++,
  });
  return { log, lines, suppressed: () => suppressed };
}

function entry(overrides: Partial<LogEntry> = {}): LogEntry {
  return {
    timestamp: Date.UTC(2026, 0, 1),
    level: "warning",
    category: "relay",
    template: "Cannot publish: {detail}",
    message: "Cannot publish: broker down",
    properties: { detail: "broker down" },
    thread: "relay",
    ...overrides,
  };
}

Deno.test("LogWriter.write() writes one JSON object a line", () => {
  const { log, lines } = writer("json");
  log.write(entry());
  deepStrictEqual(JSON.parse(lines[0]!), {
    detail: "broker down",
    time: "2026-01-01T00:00:00.000Z",
    level: "warning",
    category: "relay",
    thread: "relay",
    message: "Cannot publish: broker down",
  });
});

Deno.test("LogWriter.write() keeps a site's text on one line of a terminal", () => {
  const { log, lines } = writer("text");
  log.write(entry({ message: "title\n\x1b[2Jgone\x9b" }));
  deepStrictEqual(lines, [
    "2026-01-01T00:00:00.000Z warning relay relay: title\\x0a\\x1b[2Jgone\\x9b\n",
  ]);
});

for (const format of ["json", "text"] as const) {
  Deno.test(`LogWriter.write() hides secrets in whatever form they stand (${format})`, () => {
    const { log, lines } = writer(format, ['p"ss wörd', "tok/en"]);
    log.write(entry({
      message: 'login with p"ss wörd, tok%2Fen and tok/en',
      properties: { url: "http://u:tok%2Fen@h", literal: 'p"ss wörd' },
    }));
    doesNotMatch(lines[0]!, /ss w|tok/);
    match(lines[0]!, /login with \*\*\*, \*\*\* and \*\*\*/);
  });
}

Deno.test("LogWriter.write() writes a repeated message ten times a minute, then sums up", () => {
  const { log, lines, suppressed } = writer("text");
  for (let i = 0; i < SAME_MESSAGE_MAX_PER_MINUTE + 5; i++) log.write(entry());
  strictEqual(lines.length, SAME_MESSAGE_MAX_PER_MINUTE);
  strictEqual(suppressed(), 5);
  log.write(entry({ template: "another", message: "another" }));
  strictEqual(lines.length, SAME_MESSAGE_MAX_PER_MINUTE + 1);
  log.write(entry({ timestamp: Date.UTC(2026, 0, 1, 0, 1) }));
  match(lines.at(-2)!, /suppressed 5 repetitions of the next message within a minute/);
  match(lines.at(-1)!, /broker down/);
});

Deno.test("LogWriter.write() writes every debug line, and every change of a site", () => {
  const { log, lines } = writer("text");
  for (let i = 0; i < 100; i++) log.write(entry({ level: "debug" }));
  for (let i = 0; i < 100; i++) log.write(entry({ level: "info", category: "sites" }));
  strictEqual(lines.length, 200);
});
