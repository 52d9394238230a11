/** What `sitemon doctor` asks of the folder of a SQLite file: that it is there, writable and roomy. */
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { type Finding, Findings } from "../runtime/finding.ts";

export interface DiskExamination {
  /** `outbox` or `store`, as the configuration calls it. */
  readonly name: string;
  readonly path: string;
  /** Free space that must be left; nothing is asked when absent. */
  readonly freeBytesMin?: number;
}

const MIB = 1_048_576;

/** Tries everything once, and leaves nothing behind. */
export function examineDisk({ name, path, freeBytesMin }: DiskExamination): Finding[] {
  const folder = dirname(path);
  const findings = new Findings(`${name} ${path}`);
  try {
    Deno.removeSync(Deno.makeTempFileSync({ dir: folder, prefix: ".sitemon-doctor-" }));
    findings.well("folder", `"${folder}" can be written`);
  } catch (error) {
    findings.ill(
      "folder",
      `"${folder}" cannot be written: ${(error as Error).message}; ` +
        `create it for this user, or name another "${name}.path"`,
    );
    return findings.list;
  }
  if (freeBytesMin === undefined) return findings.list;
  const { bavail, bsize } = statfsSync(folder);
  const free = `${Math.floor(bavail * bsize / MIB)} MiB are free`;
  if (bavail * bsize > freeBytesMin) findings.well("disk space", free);
  else {
    findings.ill(
      "disk space",
      `${free}, and ${
        Math.ceil(freeBytesMin / MIB)
      } MiB must be left by "${name}.min_free_bytes"; ` +
        "make room, or lower it",
    );
  }
  return findings.list;
}
