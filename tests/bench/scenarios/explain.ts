/** What PostgreSQL itself says of a statement: its plan, and what executing it cost the server. */
import type { Connection, Statement } from "../../../src/status/postgres/connection/connection.ts";
import { processCpuMs } from "../frame/measured_process.ts";
import { median } from "../frame/scenario.ts";

export interface Explained {
  /** The lines of the plan. */
  readonly plan: readonly string[];
  /** Of the server process of this connection, in the middle of several executions. */
  readonly cpuMs: number;
}

/**
 * Executes the statement as sitemon's connections do, with a plan for any parameters. The server
 * has to run on this machine, where the kernel's account of its processes can be read.
 */
export async function explain(
  connection: Connection,
  { name, text }: Statement,
  { values, times }: { readonly values: readonly unknown[]; readonly times: number },
): Promise<Explained> {
  const explaining = {
    name: `explain_${name}`,
    text: `EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) ${text}`,
  };
  const [server] = await connection.execute<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  let plan: readonly string[] = [];
  const cpuMs: number[] = [];
  for (let time = 0; time < times; time++) {
    const startMs = processCpuMs(server!.pid);
    const rows = await connection.query<{ "QUERY PLAN": string }>(explaining, values);
    cpuMs.push(processCpuMs(server!.pid) - startMs);
    plan = rows.map((row) => row["QUERY PLAN"]);
  }
  return { plan, cpuMs: median(cpuMs) };
}
