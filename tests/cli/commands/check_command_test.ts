import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { sitemon } from "../../support/sitemon_process.ts";

/** A site that is up and one that is down, and a configuration that names them. */
async function withSites(body: (origin: string, file: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-check-" });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url }) => {
      const port = /\/to\/(\d+)$/.exec(url)?.[1];
      if (port !== undefined) return Response.redirect(`http://localhost:${port}/`);
      return new Response("hi", { status: url.endsWith("/down") ? 503 : 200 });
    },
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
    match(all.stdout, /\n2 checks: 1 \w+, 1 \w+\n$/);
    const one = await sitemon(["check", "-c", file, "--site", "good"]);
    strictEqual(one.code, 0);
    match(one.stdout, /^up .*good/m);
    const none = await sitemon(["check", "-c", file, "--site", "gone"]);
    strictEqual(none.code, 64);
    match(
      none.stderr,
      /^Cannot check site "gone" as .*sitemon\.yaml must have a site of that name/,
    );
  });
});

Deno.test("sitemon check -c --site uses the site's whole definition, other sites' hosts among it", async () => {
  const headers = Promise.withResolvers<Headers>();
  const home = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    headers.resolve(request.headers);
    return new Response("whole");
  });
  const { port } = home.addr;
  await withSites(async (origin, file) => {
    await Deno.writeTextFile(
      file,
      `defaults: { headers: { x-team: web } }
sites:
  - { name: home, url: "http://localhost:${port}/", pattern: whole, method: GET }
  - { name: start, url: "${origin}/to/${port}", pattern: whole, headers: { x-own: "1" } }
`,
    );
    const { code, stdout } = await sitemon(["check", "-c", file, "--site", "start", "--json"]);
    const { site, outcome, pattern_match, hops, final_url } = JSON.parse(stdout);
    deepStrictEqual([code, site, outcome, pattern_match], [0, "start", "up", true]);
    deepStrictEqual([hops.length, final_url], [1, `http://localhost:${port}/`]);
  });
  const sent = await headers.promise;
  deepStrictEqual([sent.get("x-team"), sent.get("x-own")], ["web", "1"]);
  await home.shutdown();
});

Deno.test("sitemon check --explain tells what a configuration permits, and exits 1 when not", async () => {
  await withSites(async (origin, file) => {
    const good = await sitemon(["check", "--explain", origin, "-c", file]);
    strictEqual(good.code, 0);
    match(good.stdout, /would be visited\n.*is permitted\n.*127\.0\.0\.1 is allowed: /);
    const denied = await sitemon(["check", "--explain", "http://2852039166/"]);
    strictEqual(denied.code, 1);
    match(denied.stdout, /169\.254\.169\.254 is denied: 169\.254\.0\.0\/16 is denied by default; /);
    const other = await sitemon(["check", "--explain", "--json", "http://localhost/", "-c", file]);
    strictEqual(other.code, 1);
    const { is_host_permitted, addresses } = JSON.parse(other.stdout);
    deepStrictEqual([is_host_permitted, addresses.length > 0], [false, true]);
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
