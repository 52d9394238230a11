/** A program to compile: lets a Worker with a thread's permissions try what its arguments say. */
import { loadConfig } from "../../src/config/load.ts";
import type { DaemonRole } from "../../src/config/loaded_config.ts";
import { workerPermissions } from "../../src/config/permissions/permissions.ts";
import { daemonPermissions } from "../../src/threads/registry.ts";

const [role, thread, file, attempts] = Deno.args;
const threads = daemonPermissions(loadConfig(file!), role as DaemonRole);
const permissions = workerPermissions(threads[thread!]!);
const worker = new Worker(new URL("../threads/permission_probe.ts", import.meta.url), {
  type: "module",
  deno: { permissions },
});
worker.onmessage = ({ data }) => {
  console.log(JSON.stringify(data));
  worker.terminate();
};
worker.postMessage(JSON.parse(attempts!));
