import { deepStrictEqual } from "node:assert/strict";
import net from "node:net";
import { keepPermission } from "../../src/runtime/keep_permission.ts";
import { canHaveOtherHosts, NAMES, runWithOtherHosts } from "../support/other_hosts.ts";

Deno.test({
  name:
    "connections to Kafka and PostgreSQL try each address of a name, in a thread with permissions",
  ignore: !canHaveOtherHosts,
  async fn() {
    const lines = await runWithOtherHosts(new URL("./several_addresses.ts", import.meta.url));
    deepStrictEqual(lines, NAMES.map((name) => `${name}|127.0.0.1|127.0.0.1|reached`));
  },
});

Deno.test("keepPermission() leaves a socket alone that connects to nothing", () => {
  const socket = new net.Socket();
  keepPermission(socket);
  deepStrictEqual(socket.listenerCount("connectionAttempt"), 0);
  socket.destroy();
});
