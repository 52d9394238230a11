import { deepStrictEqual, ok } from "node:assert/strict";
import { makeCertificates } from "../support/certificates.ts";
import { answering, rawServer } from "./http/raw_server.ts";

/** What few_descriptors.ts prints. */
export interface FewDescriptors {
  /** Outcome and reason of each way to reach a site. */
  readonly before: Record<string, string>;
  readonly without: Record<string, string>;
  readonly after: Record<string, string>;
  readonly isOnline: boolean;
  readonly readiness: readonly boolean[];
  readonly logged: number;
}

const LIMIT = 80;
const OK = answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");

Deno.test("checkSite() is inconclusive and says so once, however a site is reached, when no descriptor is left", async () => {
  await using plain = rawServer(OK);
  await using secure = rawServer(OK, { tls: makeCertificates().good });
  const program = new URL("./few_descriptors.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `ulimit -n ${LIMIT} && exec "$0" "$@"`, Deno.execPath()]
      .concat("run", "-A", "--no-check", "--quiet", program, `${plain.port}`, `${secure.port}`),
  }).output();
  ok(code === 0, new TextDecoder().decode(stderr));
  const found: FewDescriptors = JSON.parse(new TextDecoder().decode(stdout));
  const all = (is: string) => Object.fromEntries(Object.keys(found.before).map((way) => [way, is]));
  deepStrictEqual(found.before, all("up null"));
  deepStrictEqual(found.without, all("inconclusive internal"));
  deepStrictEqual(found.after, all("up null"));
  // A connectivity url that cannot be asked is no evidence of an outage.
  deepStrictEqual(found.isOnline, true);
  ok(found.readiness.length > 0 && !found.readiness.includes(true));
  deepStrictEqual(found.logged, 1);
});
