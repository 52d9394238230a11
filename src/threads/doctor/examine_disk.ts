/** What `sitemon doctor` checks about the folder of a SQLite file: it exists, is writable and has room. */
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { type Finding, Findings } from "../../runtime/finding.ts";

export interface DiskExamination {
  /** `outbox` or `store`, as the configuration calls it. */
  readonly name: string;
  readonly path: string;
  /** Free space that must be left; not checked when absent. */
  readonly freeBytesMin?: number;
}

const MIB = 1_048_576;

/** Tries everything once, and leaves nothing behind. */
export function examineDisk({ name, path, freeBytesMin }: DiskExamination): Finding[] {
  const folder = dirname(path);
  const findings = new Findings(`${name} ${path}`);
  try {
    Deno.removeSync(Deno.makeTempFileSync({ dir: folder, prefix: ".sitemon-doctor-" }));
    findings.ok("folder", `"${folder}" is writable`);
  } catch (error) {
    findings.problem(
      "folder",
      `"${folder}" is not writable: ${(error as Error).message}; ` +
        `create it for this user, or change "${name}.path"`,
    );
    return findings.list;
  }
  if (freeBytesMin === undefined) return findings.list;
  const { bavail, bsize } = statfsSync(folder);
  const free = `${Math.floor(bavail * bsize / MIB)} MiB free`;
  if (bavail * bsize > freeBytesMin) findings.ok("disk space", free);
  else {
    findings.problem(
      "disk space",
      `${free}, but "${name}.min_free_bytes" is ${Math.ceil(freeBytesMin / MIB)} MiB; ` +
        "free up space, or lower the limit",
    );
  }
  return findings.list;
}
