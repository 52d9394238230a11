import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { sitemon } from "../sitemon_process.ts";

/** A site that is up and one that is down, and a configuration that names them. */
async function withSites(body: (origin: string, file: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-check-" });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => new Response("hi", { status: request.url.endsWith("/down") ? 503 : 200 }),
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const file = `${folder}/sitemon.yaml`;
  await Deno.writeTextFile(
    file,
    `sites:\n  - { name: good, url: '${origin}/' }\n  - { name: bad, url: '${origin}/down' }\n`,
  );
  try {
    await body(origin, file);
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("sitemon check exits 0 when all urls are up, 1 when one is not", async () => {
  await withSites(async (origin) => {
    strictEqual((await sitemon(["check", origin])).code, 0);
    const both = await sitemon(["check", "--json", `${origin}/`, `${origin}/down`]);
    strictEqual(both.code, 1);
    const reports = both.stdout.trim().split("\n").map((line) => JSON.parse(line));
    deepStrictEqual(
      reports.map(({ url, outcome, response_code }) => [url, outcome, response_code]).sort(),
      [[`${origin}/`, "up", 200], [`${origin}/down`, "down", 503]],
    );
  });
});

Deno.test("sitemon check -c checks a configuration's sites, or those that --site names", async () => {
  await withSites(async (_, file) => {
    const all = await sitemon(["check", "-c", file]);
    strictEqual(all.code, 1);
    strictEqual(all.stdout.trim().split("\n").length, 2);
    const one = await sitemon(["check", "-c", file, "--site", "good"]);
    strictEqual(one.code, 0);
    match(one.stdout, /^up .*good/);
    const none = await sitemon(["check", "-c", file, "--site", "gone"]);
    strictEqual(none.code, 64);
    match(
      none.stderr,
      /^Cannot check site "gone" as .*sitemon\.yaml must have a site of that name/,
    );
  });
});

Deno.test("sitemon check --site without a configuration, and with nothing to check, exit 64", async () => {
  const lost = await sitemon(["check", "--site", "good"]);
  strictEqual(lost.code, 64);
  match(lost.stderr, /add -c FILE/);
  const nothing = await sitemon(["check"]);
  strictEqual(nothing.code, 64);
  match(nothing.stderr, /^Cannot check as there must be something to check/);
});
