import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert/strict";
import { browse, type BrowseOptions } from "../../../src/cli/text/browse.ts";
import { FROM_SOURCE } from "../../support/sitemon_process.ts";
import { machineTest } from "../../support/machine_tests.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { eventually, within } from "../../support/waiting.ts";
import { MadeStore } from "../../web/made_store.ts";
import { aSiteStatus } from "../../web/site_status.ts";
import { FakeTerminal } from "./fake_terminal.ts";

const LEAVE = "\x1b[?25h\x1b[?1049l";
const SHOP = aSiteStatus({ site: "shop", outcome: "down", reason: "dns" });

/** Types each text once what came before it is seen. */
async function browsed(
  dialogue: readonly [seen: RegExp, typed: string][],
  options: Partial<BrowseOptions> = {},
) {
  const terminal = new FakeTerminal({ columns: 80 });
  const opened: (string | undefined)[] = [];
  async function* input() {
    for (const [seen, typed] of dialogue) {
      await eventually(10_000, `${seen}`, () => seen.test(terminal.output) || undefined);
      yield typed;
    }
  }
  const found = await browse(terminal, {
    first: {},
    load: (site) => {
      opened.push(site);
      return Promise.resolve({ statuses: [SHOP], uptimes: [], stories: [], alerts: [], work: [] });
    },
    isWanted: () => true,
    quorums: [],
    problemOf: String,
    input: input(),
    size: () => ({ columns: 80, rows: 24 }),
    signal: new AbortController().signal,
    ...options,
  });
  return { found, opened, output: terminal.output };
}

Deno.test("browse() shows another screen until somebody quits, and leaves the terminal as it was", async () => {
  const { found, output } = await browsed([[/▸ shop/, "q"]]);
  deepStrictEqual(found.statuses, [SHOP]);
  ok(output.startsWith("\x1b[?1049h\x1b[?25l\x1b[H"));
  ok(output.endsWith(LEAVE));
});

Deno.test("browse() takes a site for as bad as its quorum does", async () => {
  const statuses = [SHOP, aSiteStatus({ site: "shop", location: "gru" })];
  const { output } = await browsed([[/▸ shop/, "q"]], {
    quorums: [{ count: 2 }],
    load: () => Promise.resolve({ statuses, uptimes: [], stories: [], alerts: [], work: [] }),
  });
  match(output, / up /);
  doesNotMatch(output, /down in part/);
});

Deno.test("browse() reads a site at once when it is opened", async () => {
  const { opened } = await browsed([[/▸ shop/, "\r"], [/shop …/, ""], [/Esc back/, "q"]]);
  strictEqual(opened[0], undefined);
  ok(opened.includes("shop"));
});

Deno.test("browse() says what is wrong with the store, and goes on", async () => {
  let isAway = true;
  const { output } = await browsed([[/no store/, ""], [/▸ shop/, "q"]], {
    load() {
      if (!isAway) {
        return Promise.resolve({
          statuses: [SHOP],
          uptimes: [],
          stories: [],
          alerts: [],
          work: [],
        });
      }
      isAway = false;
      return Promise.reject(new Error("no store"));
    },
  });
  ok(output.includes("Error: no store\x1b[K"));
});

Deno.test("browse() leaves the terminal as it was, when a failure is not one of the store", async () => {
  const terminal = new FakeTerminal({ columns: 80 });
  const failed = browse(terminal, {
    first: {},
    load: () => Promise.reject(new TypeError("a bug")),
    isWanted: () => true,
    quorums: [],
    problemOf(error) {
      throw error;
    },
    input: (async function* () {})(),
    size: () => ({ columns: 80, rows: 24 }),
    signal: new AbortController().signal,
  });
  await failed.then(() => ok(false), (error) => strictEqual(error.message, "a bug"));
  ok(terminal.output.endsWith(LEAVE));
});

const hasScript = await new Deno.Command("sh", { args: ["-c", "command -v script"] }).output();

machineTest(hasScript.success ? undefined : "no script(1)")(
  "sitemon status --watch browses on a terminal, until q or a signal",
  async () => {
    await using made = await MadeStore.create();
    await made.add({ site: "shop" }, { site: "blog", outcome: "down", reason: "dns" });
    using folder = new TempFolder();
    const config = folder.write("run.yaml", `store: { path: ${made.path} }\n`);
    const sitemon = [Deno.execPath(), ...FROM_SOURCE, "status", "-c", config, "--watch"].join(" ");
    const command = `stty cols 80 rows 24; exec ${sitemon}`;
    for (const ended of ["q", "\x03"]) {
      const process = new Deno.Command("script", {
        args: ["-qec", command, "/dev/null"],
        ...{ stdin: "piped", stdout: "piped", stderr: "null" },
      }).spawn();
      const writer = process.stdin.getWriter();
      let output = "";
      const reading = (async () => {
        for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
          output += text;
        }
      })();
      await eventually(60_000, "the list", () => /▸ blog/.test(output) || undefined);
      await writer.write(new TextEncoder().encode(ended));
      const { code } = await within(60_000, "the end", process.status);
      await writer.close().catch(() => {});
      await reading;
      strictEqual(code, 1);
      ok(output.includes(LEAVE));
    }
  },
);
