/**
 * A process that starts a Worker for each thread of a daemon, under the permissions of a
 * configuration: `start_threads.ts FILE ROLE`. It fails when it must not give what a thread is to get.
 */
import { loadConfig } from "../../src/config/load.ts";
import type { DaemonRole } from "../../src/config/loaded_config.ts";
import { workerPermissions } from "../../src/config/permissions/permissions.ts";
import { daemonPermissions } from "../../src/threads/registry.ts";

const [file, role] = Deno.args as [string, DaemonRole];
const loaded = loadConfig(file, { role });
for (const needs of Object.values(daemonPermissions(loaded, role))) {
  const permissions = workerPermissions(needs);
  const module = new URL("./permission_probe.ts", import.meta.url);
  const worker = new Worker(module.href, { type: "module", deno: { permissions } });
  await new Promise((resolve) => {
    worker.onmessage = resolve;
    worker.postMessage([]);
  });
  worker.terminate();
}
console.log("started");
