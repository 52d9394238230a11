import { deepStrictEqual } from "node:assert/strict";
import { runWithOtherHosts, WITHOUT_OTHER_HOSTS } from "../../support/other_hosts.ts";
import { machineTest } from "../../support/machine_tests.ts";

machineTest(WITHOUT_OTHER_HOSTS)(
  "checkSite() tries each address of a name, whatever way the connection is made",
  async () => {
    const lines = await runWithOtherHosts(new URL("./several_addresses.ts", import.meta.url));
    deepStrictEqual(lines.length, 18);
    for (const line of lines) {
      const [way, name, ...found] = line.split("|");
      const issuer = way!.includes("dates") ? "Test" : "";
      deepStrictEqual(found, ["up", "", "127.0.0.1", issuer], `${way}, ${name}`);
    }
  },
);
