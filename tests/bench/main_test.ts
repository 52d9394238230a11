// The bench works; how fast anything is depends on the machine, and is not judged here.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { serviceTest } from "../services/with_services.ts";

const nginxTest = serviceTest("nginx");
const ROOT = new URL("../../", import.meta.url);

async function bench(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "tests/bench/main.ts", ...args],
    cwd: ROOT,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

nginxTest("bench checks prints a figure beside its floor for each way of checking", async () => {
  const { code, stdout, stderr } = await bench("checks", "--short", "--json");
  strictEqual(code, 0, stderr);
  const rows = stdout.trim().split("\n").map((line) => JSON.parse(line));
  const compared = rows.filter(({ floor }) => floor > 0).map(({ name }) => name);
  deepStrictEqual(
    compared.slice(0, -1),
    ["http, by address", "http, by name", "https, by address"].flatMap((way) => [
      `${way}: CPU per check`,
      `${way}: checks at full speed`,
    ]),
  );
  match(compared.at(-1)!, /memory \(RSS\), beside no site$/);
  ok(rows.some(({ name }) => name.endsWith("lateness, 99 %")));
  for (const { name, value } of rows) ok(Number.isFinite(value) && value >= 0, name);
});

Deno.test("bench micro prints a table with a row for each step", async () => {
  const { code, stdout, stderr } = await bench("micro", "--short");
  strictEqual(code, 0, stderr);
  match(stdout, /^\| scenario \| figure .*\n\| -+ \| -+ \|/);
  match(stdout, /\| micro +\| an outbox commit of 256 reports +\| +[\d,.]+ µs \|/);
});

Deno.test("bench exits 64 and names its scenarios, when given one that it does not know", async () => {
  const { code, stderr } = await bench("cheques");
  strictEqual(code, 64);
  match(stderr, /^Cannot measure "cheques" as it must be one of checks, micro/);
});
