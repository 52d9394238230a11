/**
 * A process that starts a thread of each kind that a command has, under the permissions of a
 * configuration: `start_threads.ts FILE ROLE`. It fails when it must not give what a thread is to get.
 */
import { loadConfig } from "../../../src/config/load.ts";
import type { Role } from "../../../src/config/loaded_config.ts";
import { threadPermissions } from "../../../src/config/permissions/thread_permissions.ts";
import { threadsOf } from "../../../src/config/permissions/process_permissions.ts";

const [file, role] = Deno.args as [string, Role];
const loaded = loadConfig(file, { role });
for (const kind of threadsOf(role, loaded)) {
  const permissions = threadPermissions(kind, loaded);
  const module = new URL("./permission_probe.ts", import.meta.url);
  const worker = new Worker(module.href, { type: "module", deno: { permissions } });
  await new Promise((resolve) => {
    worker.onmessage = resolve;
    worker.postMessage([]);
  });
  worker.terminate();
}
console.log("started");
