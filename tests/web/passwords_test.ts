import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { WRONG_PASSWORD_DELAY_MS, WRONG_PASSWORDS_WAITING_MAX } from "../../src/web/passwords.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { eventually } from "../support/waiting.ts";
import { MadeStore } from "./made_store.ts";

Deno.test("passwords() answers wrong ones slowly, and compares no more of an address at once", async () => {
  await using made = await MadeStore.create();
  const clock = new FakeClock();
  const app = made.app({ basicAuth: { username: "me", password: "secret" }, clock });
  const ask = async (password: string, hostname: string) =>
    await app.request("/api/status", {
      headers: { authorization: `Basic ${btoa(`me:${password}`)}` },
    }, { address: hostname });
  const wrong = Array.from(
    { length: WRONG_PASSWORDS_WAITING_MAX },
    (_, index) => ask(`guess ${index}`, "192.0.2.1"),
  );
  await eventually(
    60_000,
    "the wrong ones wait",
    () => Promise.resolve(clock.pending === WRONG_PASSWORDS_WAITING_MAX || undefined),
  );
  for (const password of ["guess", "secret"]) {
    const { status, headers } = await ask(password, "192.0.2.1");
    deepStrictEqual([status, headers.get("retry-after")], [429, "1"]);
  }
  strictEqual((await ask("secret", "192.0.2.2")).status, 200);
  clock.advance(WRONG_PASSWORD_DELAY_MS);
  const refused = (await Promise.all(wrong)).map(({ status }) => status);
  deepStrictEqual(refused, wrong.map(() => 401));
  strictEqual((await ask("secret", "192.0.2.1")).status, 200);
  strictEqual(
    made.telemetry.value("sitemon_web_wrong_passwords_total"),
    WRONG_PASSWORDS_WAITING_MAX,
  );
});

Deno.test("createApp() asks for the password everywhere, when there is one", async () => {
  await using made = await MadeStore.create();
  const app = made.app({ basicAuth: { username: "me", password: "päss:word" } });
  const pair = new TextEncoder().encode("me:päss:word");
  const authorization = `Basic ${btoa(String.fromCharCode(...pair))}`;
  for (const path of ["/", "/events", "/assets/page.css", "/api/status", "/badge/a.svg", "/none"]) {
    const refused = await app.request(path);
    strictEqual(refused.status, 401, path);
    strictEqual(refused.headers.get("www-authenticate"), 'Basic realm="sitemon"', path);
    ok(refused.headers.has("content-security-policy"), path);
    const isProblem = refused.headers.get("content-type") === "application/problem+json";
    strictEqual(isProblem, path.startsWith("/api/"), path);
    const answered = await app.request(path, { headers: { authorization } });
    strictEqual(answered.status, path === "/none" ? 404 : 200, path);
    const kept = path.startsWith("/assets/") ? "no-cache" : "no-store";
    strictEqual(answered.headers.get("cache-control"), kept, path);
    await answered.body?.cancel();
  }
});
