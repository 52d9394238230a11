import { deepStrictEqual } from "node:assert/strict";
import net from "node:net";
import { keepPermission } from "../../src/runtime/keep_permission.ts";
import { NAMES, runWithOtherHosts, WITHOUT_OTHER_HOSTS } from "../support/other_hosts.ts";
import { machineTest } from "../support/machine_tests.ts";

machineTest(WITHOUT_OTHER_HOSTS)(
  "connections to Kafka and PostgreSQL try each address of a name, in a thread with permissions",
  async () => {
    const lines = await runWithOtherHosts(new URL("./several_addresses.ts", import.meta.url));
    deepStrictEqual(lines, NAMES.map((name) => `${name}|127.0.0.1|127.0.0.1|reached`));
  },
);

Deno.test("keepPermission() leaves a socket alone that connects to nothing", () => {
  const socket = new net.Socket();
  keepPermission(socket);
  deepStrictEqual(socket.listenerCount("connectionAttempt"), 0);
  socket.destroy();
});
