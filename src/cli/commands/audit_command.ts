/** Composes `sitemon audit`: since when, of which store, in a thread. */
import { ConfigError } from "../../config/config_error.ts";
import { parseDuration } from "../../config/schema/duration.ts";
import { threadResult } from "../../runtime/threads/thread_results.ts";
import type { Audit } from "../../status/repair/audit.ts";
import { auditSpec } from "../../threads/audit/audit_spec.ts";
import { printAudit } from "./audit.ts";
import { EXIT_USAGE } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import { storeAnswer } from "./store_answer.ts";
import type { Terminal } from "../text/terminal.ts";

export interface AuditCommandOptions {
  readonly config: string;
  /** A time, or how long ago. */
  readonly since?: string;
  readonly json?: boolean;
}

/** Resolves to the exit code. */
export async function auditCommand(
  { config: file, since, json = false }: AuditCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const sinceMicros = since === undefined ? undefined : microsOf(since, Date.now());
  if (since !== undefined && sinceMicros === undefined) {
    terminal.writeError(
      `Cannot use "--since" as it must be a time or a duration: it is ${JSON.stringify(since)}; ` +
        "write for example 2026-05-01T18:00:00Z or 12h\n",
    );
    return EXIT_USAGE;
  }
  const loaded = loadFile(file, { terminal });
  const { kafka, postgres } = loaded.config;
  if (kafka !== undefined && postgres === undefined) {
    const message =
      'Cannot audit with this configuration as it must name a store: it has "kafka" ' +
      "alone; use the consumer's";
    throw new ConfigError([{ ...loaded.origins.source.place(["kafka"]), message }]);
  }
  const spec = auditSpec(loaded, sinceMicros === undefined ? {} : { sinceMicros });
  return await storeAnswer(
    terminal,
    async () => printAudit({ audit: await threadResult<Audit>(spec), sinceMicros, json }, terminal),
  );
}

/** Microseconds since 1970 of `12h`, which is ago, or of a date with or without a time. */
export function microsOf(text: string, nowMs: number): number | undefined {
  const agoMs = /[a-z]$/.test(text) ? parseDuration(text) : undefined;
  const ms = agoMs === undefined ? parseTime(text) : nowMs - agoMs;
  return ms === undefined ? undefined : ms * 1_000;
}

/** Without a zone it is UTC, as everything that is stored. */
function parseTime(text: string): number | undefined {
  const [, date, time = "00:00", zone = "Z"] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(Z|[+-]\d\d:\d\d)?$/.exec(text) ??
      [];
  const ms = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(ms) ? undefined : ms;
}
