// What only PostgreSQL can do wrong: several processes at once, poolers, and a server that goes away.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { type AlertStore, type Delivery, LEAD_MS } from "../../../../src/status/alert_store.ts";
import {
  postgresAlertRecords,
  postgresAlertStore,
} from "../../../../src/status/postgres/alerts/postgres_alerts.ts";
import { postgresParts } from "../../../../src/status/postgres/postgres_parts.ts";
import { closing } from "../../../contract/opened_store.ts";
import { anAlert, delivered, drain, ending, firing } from "../../../contract/some_alerts.ts";
import { TcpProxy } from "../../../chaos/world/tcp_proxy.ts";
import { startPgbouncer } from "../../../services/pgbouncer.ts";
import { parsePostgresUrl, startPostgres } from "../../../services/postgres.ts";
import { serviceTest } from "../../../services/with_services.ts";
import { eventually, within } from "../../../support/waiting.ts";
import { openStore, optionsOf, ownRole, postgresTest, type Session } from "../opened_store.ts";

const UNAVAILABLE = { name: "StoreUnavailableError" };

/** As if the leader had said nothing for longer than its lead lasts. */
async function letLeadLapse(session: Session): Promise<void> {
  await session.query(
    `UPDATE alert_decider SET leads_until = leads_until - interval '${LEAD_MS + 1} milliseconds'`,
  );
}

/** Resolves when somebody waits for a lock that the session has. */
async function untilBlocked(session: Session): Promise<void> {
  await eventually(60_000, "somebody waits", async () => {
    const [row] = await session.query<{ count: string }>(
      "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))",
    );
    return row!.count === "1" || undefined;
  });
}

/** Two stores share the lead as two processes do. */
async function shareLead(
  { first, second, session }: {
    readonly first: AlertStore;
    readonly second: AlertStore;
    readonly session: Session;
  },
): Promise<void> {
  deepStrictEqual([await first.lead(), await second.lead()], [true, false]);
  deepStrictEqual([await first.lead(), await second.lead()], [true, false]);
  const [row] = await session.query<{ left: number }>(
    "SELECT extract(epoch FROM leads_until - now()) * 1000 AS left FROM alert_decider",
  );
  ok(row!.left > 0 && row!.left <= LEAD_MS, `${row!.left} ms`);
  await letLeadLapse(session);
  // Nobody has decided meanwhile, so that what the first has looked at still holds.
  await first.write(firing(anAlert(1)));
  deepStrictEqual([await second.lead(), await first.lead()], [true, false]);
  await rejects(() => first.write(firing(anAlert(2))), UNAVAILABLE);
  await second.write(firing(anAlert(2)));
}

postgresTest("lead() is true for one, until it says nothing for eight seconds", async (opened) => {
  await using first = closing(opened.parts.alertStore());
  await using second = closing(opened.parts.alertStore());
  await shareLead({ first, second, session: opened.session });
});

postgresTest(
  "lead() is soon true for another, when the leader hangs in a transaction",
  async (opened) => {
    const { parts, session, options } = opened;
    await using proxy = new TcpProxy(options.port);
    // It does not give up by itself.
    const suspended = { host: "127.0.0.1", statementTimeoutMs: 300_000 };
    await using first = closing(
      postgresAlertStore({ ...options, ...suspended, port: proxy.port }),
    );
    await using second = closing(parts.alertStore());
    await first.lead();
    await first.write(firing(anAlert(1)));
    await session.query("BEGIN; SELECT FROM alert_message FOR UPDATE");
    const written = first.write(ending(anAlert(1)));
    await untilBlocked(session);
    proxy.change({ kind: "silent" });
    await session.query("COMMIT");
    // Without a limit of its own it would take the minute after which any transaction ends.
    const leads = eventually(45_000, "the lead", async () => await second.lead() || undefined);
    await within(45_000, "the lead", leads);
    proxy.change({ kind: "refusing" });
    await rejects(written, UNAVAILABLE);
  },
);

serviceTest("postgres", "pgbouncer")(
  "lead() is true for one behind a pooler too, whose session all share",
  async () => {
    await using pgbouncer = await startPgbouncer(
      parsePostgresUrl(Deno.env.get("SITEMON_TEST_POSTGRES")!),
    );
    await using opened = await openStore();
    const pooled = { ...opened.options, ...pgbouncer };
    await using first = closing(postgresAlertStore(pooled));
    await using second = closing(postgresAlertStore(pooled));
    await shareLead({ first, second, session: opened.session });
    const told = await Promise.all([drain(first), drain(second)]);
    deepStrictEqual(told.flat().flatMap(({ messages }) => messages).length, 2);
  },
);

postgresTest("write() tells the end of what is claimed while it waits", async (opened) => {
  const { parts, session } = opened;
  await using store = closing(parts.alertStore());
  await using records = closing(parts.alertRecords());
  await store.lead();
  await store.write(firing(anAlert(1)));
  await session.query(
    `BEGIN; UPDATE alert_message SET leased_until = now() + interval '1 minute', attempts = 1,
      delivery_id = id`,
  );
  const written = store.write(ending(anAlert(1)));
  await untilBlocked(session);
  await session.query("COMMIT");
  await written;
  const states = (await records.messages([anAlert(1).id])).map(({ state }) => state);
  deepStrictEqual(states, ["pending", "pending"]);
});

postgresTest("claim() waits for nobody who claims the same channel", async (opened) => {
  await using store = closing(opened.parts.alertStore());
  await store.lead();
  await store.write(firing(anAlert(1, { channels: ["ops", "pager"] })));
  await opened.session.query("BEGIN; SELECT FROM alert_channel WHERE channel = 'ops' FOR UPDATE");
  const channels = async () =>
    (await store.claim(["ops", "pager"], 60_000)).map(({ channel }) => channel);
  deepStrictEqual(await channels(), ["pager"]);
  await opened.session.query("COMMIT");
  deepStrictEqual(await channels(), ["ops"]);
});

postgresTest("a role that only reads sees alerts, and changes none", async (opened) => {
  await using store = closing(opened.parts.alertStore());
  await store.lead();
  await store.write(firing(anAlert(1)));
  await using own = await ownRole(opened);
  await opened.session.query(
    `GRANT SELECT ON ALL TABLES IN SCHEMA ${opened.options.schema} TO ${own.role}`,
  );
  await using records = closing(postgresAlertRecords(own.login));
  const { id } = anAlert(1);
  strictEqual((await records.alerts({ limit: 9 })).length, 1);
  strictEqual((await records.messages([id])).length, 1);
  strictEqual((await records.channels()).length, 1);
  strictEqual((await records.sums()).messages, 1);
  deepStrictEqual(await records.mutes(new Date(0)), []);
  await rejects(() => records.acknowledge(id, "eve", "on it"), {
    name: "StoreConfigurationError",
    message: /permission denied/,
  });
});

serviceTest("own postgres")(
  "alerts outlive a server that crashes while one decides and two send",
  async () => {
    await using server = await startPostgres({ fsync: true });
    const options = optionsOf(server);
    await using status = closing(postgresParts(options, {}).status());
    await status.migrate();
    const history = new History(options);
    const done = history.decide(40);
    const sending = [history.send(done), history.send(done)];
    for (const told of [10, 30]) {
      await eventually(60_000, "some are told", () => history.sent.length >= told || undefined);
      await server.stop();
      await server.start();
    }
    await Promise.all([done, ...sending]);
    await history.check();
  },
);

/** One decides, others send, and all try again until it is done. */
class History {
  readonly sent: Delivery[] = [];
  readonly #options: Parameters<typeof postgresAlertStore>[0];

  constructor(options: Parameters<typeof postgresAlertStore>[0]) {
    this.#options = options;
  }

  /** Alerts that fire one after the other, and end ten later. */
  async decide(count: number): Promise<void> {
    await using store = closing(postgresAlertStore(this.#options));
    const write = (what: string, change: Parameters<AlertStore["write"]>[0]) =>
      eventually(60_000, what, async () => {
        await store.lead();
        await store.write(change);
        return true;
      });
    for (let number = 1; number <= count + 10; number++) {
      if (number <= count) await write("a beginning", firing(anAlert(number)));
      if (number > 10) await write("an end", ending(anAlert(number - 10)));
    }
  }

  async send(done: Promise<void>): Promise<void> {
    await using store = closing(postgresAlertStore(this.#options));
    let isDone = false;
    done.then(() => isDone = true, () => isDone = true);
    for (let isIdle = false; !isIdle;) {
      const claimed = await eventually(60_000, "something to send, or the end", async () => {
        const wasDone = isDone;
        const deliveries = await store.claim(["ops"], 1);
        return deliveries.length > 0 || wasDone ? deliveries : undefined;
      });
      this.sent.push(...claimed);
      // What is not noted was sent all the same, and is sent again under the same id.
      for (const delivery of claimed) await store.settle(delivered(delivery)).catch(() => {});
      isIdle = claimed.length === 0;
    }
  }

  async check(): Promise<void> {
    await using store = closing(postgresAlertStore(this.#options));
    this.sent.push(...await drain(store));
    await using records = closing(postgresAlertRecords(this.#options));
    const { states, unmade, untoldEnds, untoldBeginnings } = await records.sums();
    deepStrictEqual([states.pending, unmade, untoldEnds, untoldBeginnings], [0, 0, 0, 0]);
    strictEqual(states.delivered + states.superseded, 80);
    const ids = new Map<string, string>();
    for (const { id, messages } of this.sent) {
      for (const message of messages) strictEqual(ids.get(message.id) ?? id, id);
      for (const message of messages) ids.set(message.id, id);
    }
    strictEqual(ids.size, states.delivered);
  }
}
