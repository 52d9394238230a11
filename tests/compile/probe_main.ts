/** A program to compile: lets a Worker with a thread's permissions try what its arguments say. */
import { loadConfig } from "../../src/config/load.ts";
import {
  type ThreadKind,
  threadPermissions,
} from "../../src/config/permissions/thread_permissions.ts";

const [kind, file, attempts] = Deno.args;
const permissions = threadPermissions(kind as ThreadKind, loadConfig(file!));
const worker = new Worker(new URL("../config/permissions/permission_probe.ts", import.meta.url), {
  type: "module",
  deno: { permissions },
});
worker.onmessage = ({ data }) => {
  console.log(JSON.stringify(data));
  worker.terminate();
};
worker.postMessage(JSON.parse(attempts!));
