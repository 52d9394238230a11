import { deepStrictEqual } from "node:assert/strict";
import { canHaveOtherHosts, runWithOtherHosts } from "../../support/other_hosts.ts";

Deno.test({
  name: "checkSite() tries each address of a name, whatever way the connection is made",
  ignore: !canHaveOtherHosts,
  async fn() {
    const lines = await runWithOtherHosts(new URL("./several_addresses.ts", import.meta.url));
    deepStrictEqual(lines.length, 18);
    for (const line of lines) {
      const [way, name, ...found] = line.split("|");
      const issuer = way!.includes("dates") ? "Test" : "";
      deepStrictEqual(found, ["up", "", "127.0.0.1", issuer], `${way}, ${name}`);
    }
  },
});
