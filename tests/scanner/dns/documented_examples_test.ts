import { Buffer } from "node:buffer";
import { deepStrictEqual } from "node:assert/strict";
import { startNsd } from "../../services/nsd.ts";
import { serviceTest } from "../../services/with_services.ts";
import { loadText } from "../../config/load_text.ts";
import { aSite, check } from "../sites.ts";
import { EXAMPLE_ZONE } from "./example_zone.ts";
import { ADDRESS, nameServer, record, replyTo } from "./name_server.ts";

const TEXT = Deno.readTextFileSync(new URL("../../../docs/checks.md", import.meta.url));
const [, SECTION = ""] = TEXT.split("\n### Name servers\n");
const [, EXAMPLE = ""] = /```yaml\n([^]*?)```/.exec(SECTION) ?? [];
const SITES = loadText(EXAMPLE).sites;

/** Authenticated, with a record in the authority section. */
const AD = 0x0020;
function resolver() {
  return nameServer((query) => {
    const answers = [record(1, ADDRESS), record(2, Buffer.of(0))];
    const reply = replyTo(query, { flags: AD, answers });
    reply.writeUInt16BE(1, 6);
    reply.writeUInt16BE(1, 8);
    return [reply];
  });
}

serviceTest("nsd")("docs/checks.md has an example of each name server that is up", async () => {
  await using server = await startNsd({ "example.org": EXAMPLE_ZONE });
  await using validating = resolver();
  const names = SITES.map(({ name }) => name);
  deepStrictEqual(names, ["address", "mail", "alias", "removed", "serials", "validated"]);
  for (const site of SITES) {
    const { port } = site.name === "validated" ? validating : server;
    const url = site.url.replace(/^dns:\/\/[^/]+/, `dns://127.0.0.1:${port}`);
    const serialOf = site.expect?.serialOf?.map(() => ({ host: "127.0.0.1", port }));
    const expect = { ...site.expect, ...(serialOf && { serialOf }) };
    const { outcome, error_text } = await check(aSite(url, { ...site, url, expect }));
    deepStrictEqual([site.name, outcome, error_text], [site.name, "up", null]);
  }
});
