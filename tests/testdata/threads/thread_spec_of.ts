/** Specs of the threads in this folder, which may do nothing. */
import { joined, workerPermissions } from "../../../src/config/permissions/permissions.ts";
import type { ThreadSpec } from "../../../src/runtime/threads/supervised_thread.ts";

/** A thread of the named module. */
export function threadSpecOf<Setup>(
  module: "counting" | "failing" | "moody" | "stuck_task" | "telling",
  spec: Omit<ThreadSpec<Setup>, "module" | "permissions" | "logLevels"> & Partial<ThreadSpec>,
): ThreadSpec<Setup> {
  return {
    module: new URL(`./${module}.ts`, import.meta.url).href,
    permissions: workerPermissions(joined([])),
    logLevels: { level: "info" },
    ...spec,
  };
}
