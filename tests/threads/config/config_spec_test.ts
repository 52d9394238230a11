import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { threadResult } from "../../../src/runtime/threads/thread_results.ts";
import type { NextConfig } from "../../../src/threads/config/config_life.ts";
import { configSpec } from "../../../src/threads/config/config_spec.ts";
import type { FirstConfig } from "../../../src/threads/config/config_thread.ts";
import { TempFolder } from "../../support/temp_folder.ts";

Deno.test("a config thread plans the start and each reload, or finds every mistake", async () => {
  using folder = new TempFolder();
  const config = folder.write("run.yaml", "sites: [{ name: a, url: 'http://127.0.0.1/' }]");
  const setup = { role: "run", config } as const;
  const first = await threadResult<FirstConfig>(configSpec(setup));
  ok("state" in first);
  const names = first.settings.plan.threads.map(({ name }) => name);
  deepStrictEqual(names, ["scanner-1", "store", "web"]);
  strictEqual(first.startLine.properties.sites, 1);

  const again = configSpec({ ...setup, state: first.state });
  const same = await threadResult<NextConfig>(again);
  ok("settings" in same);
  deepStrictEqual(same.settings, first.settings);

  folder.write("run.yaml", "sites: 1\nx: 2");
  const [wrong, refused] = await Promise.all([
    threadResult<FirstConfig>(configSpec(setup)),
    threadResult<NextConfig>(again),
  ]);
  ok("mistakes" in wrong && "mistakes" in refused);
  deepStrictEqual([wrong.mistakes.length, refused.mistakes.length], [2, 2]);
});

Deno.test("a config thread may read, and neither write nor connect", () => {
  const { permissions } = configSpec({ role: "run", config: "a.yaml" });
  const { read, env, sys, ...others } = permissions;
  deepStrictEqual([read, env, sys], ["inherit", "inherit", "inherit"]);
  deepStrictEqual(new Set(Object.values(others)), new Set([false]));
  deepStrictEqual(Object.keys(others).sort(), ["ffi", "import", "net", "run", "write"]);
});
