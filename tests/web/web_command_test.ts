// `sitemon web` as a process, on a PostgreSQL that it may only read, and what it does without its address.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { PostgresOptions } from "../../src/status/postgres/connection/postgres_options.ts";
import { postgresAlertRecords } from "../../src/status/postgres/alerts/postgres_alerts.ts";
import { PostgresStore } from "../../src/status/postgres/postgres_store.ts";
import { aMute } from "../contract/some_alerts.ts";
import { aReport } from "../contract/site_reports.ts";
import { eventually } from "../support/waiting.ts";
import { uniqueName } from "../support/unique_name.ts";
import { serviceTest } from "../services/with_services.ts";
import { freePort } from "../support/free_port.ts";
import { serveLocally } from "../support/local_server.ts";
import { SitemonProcess } from "../support/sitemon_process.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { RunFolder } from "../integration/run_folder.ts";
import { openSession, ownSchema } from "../status/postgres/opened_store.ts";

const DEADLINE_MS = 60_000;
const postgresTest = serviceTest("postgres");

function start(command: string, folder: TempFolder, yaml: string): SitemonProcess {
  const path = folder.write("sitemon.yaml", `log: { format: json }\n${yaml}`);
  return new SitemonProcess([command, "-c", path]);
}

/** A role that may read the schema's tables, and do nothing else. */
async function reader(owner: PostgresOptions) {
  const session = await openSession(owner);
  const role = uniqueName("reader");
  await session.query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}';
    GRANT USAGE ON SCHEMA ${owner.schema} TO ${role};
    GRANT SELECT ON ALL TABLES IN SCHEMA ${owner.schema} TO ${role}`);
  return {
    role,
    async [Symbol.asyncDispose]() {
      await session.query(`DROP OWNED BY ${role}; DROP ROLE ${role};
        DROP SCHEMA ${owner.schema} CASCADE`);
      await session[Symbol.asyncDispose]();
    },
  };
}

async function outcomes(address: string): Promise<string[]> {
  const { sites } = await (await fetch(`${address}/api/status`)).json();
  return sites.map(({ state }: { state: string }) => state);
}

postgresTest(
  "sitemon web shows what PostgreSQL keeps, in several processes, as a role that may only read",
  async () => {
    const owner = ownSchema();
    const store = new PostgresStore({ connection: owner });
    await store.migrate();
    await using reading = await reader(owner);
    using folder = new TempFolder();
    const { host, port, database, schema } = owner;
    const yaml = `web: { listen: 127.0.0.1:0 }
postgres: { host: ${host}, port: ${port}, db: ${database}, schema: ${schema}, user: ${reading.role}, password: ${reading.role} }
`;
    await using first = start("web", folder, yaml);
    await using second = start("web", folder, yaml);
    const addresses = [await first.pageAddress(), await second.pageAddress()];
    const apply = async (sequence: number, outcome: "up" | "down") => {
      const recorded_at = Date.now() * 1_000;
      const reason = outcome === "up" ? null : "dns";
      const reports = [aReport({ sequence, recorded_at, outcome, reason })];
      await store.apply({ reports, gaps: [], deadLetters: [] });
    };
    for (const [index, outcome] of (["up", "down"] as const).entries()) {
      await apply(index + 1, outcome);
      for (const address of addresses) {
        await eventually(DEADLINE_MS, outcome, async () => {
          return (await outcomes(address)).join() === outcome || undefined;
        });
      }
    }
    const records = postgresAlertRecords(owner);
    await records.putMute(aMute(crypto.randomUUID(), { kind: "maintenance", names: ["shop"] }));
    await records.close();
    await eventually(DEADLINE_MS, "planned work", async () => {
      const page = await (await fetch(`${addresses[0]}/sites/shop`)).text();
      match(page, /DNS lookup failed/);
      return /Planned maintenance/.test(page) || undefined;
    });
    deepStrictEqual([await first.stop(), await second.stop()], [0, 0]);
    await store.close();
  },
);

/** An address that is taken, by this test or by another process. */
function taken(port = 0) {
  let listener: Deno.TcpListener | undefined;
  try {
    listener = Deno.listen({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
  }
  return {
    address: `127.0.0.1:${listener?.addr.port ?? port}`,
    [Symbol.dispose]: () => listener?.close(),
  };
}

Deno.test("sitemon web exits 74, when its address is taken", async () => {
  using other = taken();
  using folder = new TempFolder();
  const yaml = `web: { listen: ${other.address} }\nstore: { path: none.db }\n`;
  await using process = start("web", folder, yaml);
  strictEqual(await process.ended(), 74);
  ok(process.lines.some((line) => line.startsWith('cannot listen on "web.listen" ')));
});

Deno.test("sitemon run goes on without a page, when nobody asked for one and its address is taken", async () => {
  using _other = taken(8080);
  using folder = new RunFolder("sites: [{ url: 'http://127.0.0.1:1/' }]");
  await using process = folder.run();
  const { message } = await process.log("a warning", ({ message }) => /web\.listen/.test(message));
  match(message, /"web.listen" 127\.0\.0\.1:8080: .+; choose another/);
  strictEqual(await process.stop(), 0);
});

Deno.test("SIGHUP changes what the page announces, and which sites everybody sees", async () => {
  await using site = serveLocally(() => new Response("ok"));
  const port = freePort();
  const page = (more: string, hidden: boolean) => `
interval: 1s
web:
  listen: 127.0.0.1:${port}
  public: true
  ${more}
sites:
  - { name: shop, url: '${site.origin}/', public: { name: Our shop } }
  - { name: admin, url: '${site.origin}/', public: { hidden: ${hidden} } }
`;
  using folder = new RunFolder(page("title: Ours", true));
  await using process = folder.run();
  const address = await process.pageAddress();
  const sees = async (isSo: (text: string) => boolean) => {
    await eventually(DEADLINE_MS, "the page", async () => {
      const text = await fetch(address).then((response) => response.text()).catch(() => "");
      return isSo(text) || undefined;
    });
  };
  await sees((text) => text.includes(">Our shop<") && !text.includes("admin"));
  folder.configure(page("announcements: [{ text: We move }]", false));
  process.signal("SIGHUP");
  await sees((text) => text.includes("We move") && text.includes(">admin<"));
  strictEqual(await process.stop(), 0);
});

Deno.test("sitemon web asks for the password, and writes it nowhere", async () => {
  using folder = new TempFolder();
  const yaml = `web: { listen: 127.0.0.1:0, basic_auth: { username: me, password: hunter22 } }
store: { path: ${folder.file("none.db")} }
`;
  await using process = start("web", folder, yaml);
  const address = await process.pageAddress();
  const statuses = await Promise.all(
    [{}, { authorization: `Basic ${btoa("me:hunter22")}` }].map(async (headers) => {
      const response = await fetch(address, { headers });
      await response.body?.cancel();
      return response.status;
    }),
  );
  deepStrictEqual(statuses, [401, 200]);
  strictEqual(await process.stop(), 0);
  ok(!process.lines.join().includes("hunter22"));
});
