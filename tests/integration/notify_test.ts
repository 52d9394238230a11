// The conversation with a service manager, held by a socket of the test's own.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { eventually } from "../support/waiting.ts";
import { NotifyReceiver } from "../support/notify_receiver.ts";
import { freePort } from "../support/free_port.ts";
import { SitemonProcess } from "../support/sitemon_process.ts";

const DEADLINE_MS = 60_000;
/** Three pings a second. */
const WATCHDOG_USEC = "1000000";

/** A producer whose Kafka is down, as a unit of type notify starts it. */
function startProducer(
  manager: NotifyReceiver,
  { env = {}, extra = "" }: { env?: Record<string, string>; extra?: string } = {},
): SitemonProcess {
  const file = `${manager.folder}/producer.yaml`;
  const yaml = `log: { level: debug, format: json }
outbox: { path: '${manager.folder}/outbox.db' }
sites: [{ name: nothing, url: 'http://127.0.0.1:9/' }]
kafka: { server: '127.0.0.1:${freePort()}', topic: sitemon }
shutdown_timeout: 1s
${extra}
`;
  Deno.writeTextFileSync(file, yaml);
  return new SitemonProcess(["producer", "-c", file], {
    env: {
      PATH: Deno.env.get("PATH")!,
      HOME: Deno.env.get("HOME")!,
      NOTIFY_SOCKET: manager.path,
      RUNTIME_DIRECTORY: manager.folder,
      WATCHDOG_USEC,
      ...env,
    },
  });
}

async function hasMorePings(manager: NotifyReceiver): Promise<void> {
  const seen = manager.count("WATCHDOG");
  const hasMore = () => manager.count("WATCHDOG") > seen + 3 || undefined;
  await eventually(DEADLINE_MS, "more pings", hasMore);
}

Deno.test("sitemon notifies that it is ready and pings the watchdog, although Kafka is down", async () => {
  await using manager = new NotifyReceiver();
  await using producer = startProducer(manager);
  await manager.message("READY", "1");
  await manager.message("STATUS", "not ready: kafka (unreachable)");
  await hasMorePings(manager);
  strictEqual(await producer.stop(), 0);
});

Deno.test("sitemon notifies the service manager when a reload begins and ends", async () => {
  await using manager = new NotifyReceiver();
  await using producer = startProducer(manager);
  await manager.message("READY");
  producer.signal("SIGHUP");
  const reloading = await manager.message("RELOADING", "1");
  const at = manager.messages.indexOf(reloading);
  // The machine's clock since its start; rounded up, it is at most a second ahead.
  const uptimeMicros = Deno.osUptime() * 1_000_000;
  ok(Math.abs(Number(reloading.MONOTONIC_USEC) - uptimeMicros) < DEADLINE_MS * 1_000);
  await eventually(DEADLINE_MS, "the end of the reload", () => {
    return manager.messages.slice(at).some((it) => it.READY === "1") || undefined;
  });
  strictEqual(await producer.stop(), 0);
});

Deno.test("sitemon notifies the service manager that it stops, and removes its socket", async () => {
  await using manager = new NotifyReceiver();
  await using producer = startProducer(manager);
  await manager.message("READY");
  strictEqual(await producer.stop(), 0);
  strictEqual((await manager.message("STOPPING")).STOPPING, "1");
  const names = [...Deno.readDirSync(manager.folder)].map(({ name }) => name);
  deepStrictEqual(names.filter((name) => name.endsWith(".sock")), ["manager.sock"]);
});

Deno.test("sitemon pings the watchdog after main has dropped its network permission", async () => {
  await using manager = new NotifyReceiver();
  await using producer = startProducer(manager, { extra: "sandbox: strict" });
  await producer.log("main's permissions", "all threads are running; main thread dropped its net");
  await hasMorePings(manager);
  strictEqual(await producer.stop(), 0);
});

Deno.test("sitemon keeps running when the service manager cannot be notified", async () => {
  await using manager = new NotifyReceiver();
  await using producer = startProducer(manager, {
    env: { NOTIFY_SOCKET: `${manager.folder}/nobody.sock` },
  });
  await producer.log("a warning", "notifying the service manager failed");
  await producer.log("a stored report", "stored ");
  strictEqual(await producer.stop(), 0);
});

Deno.test("sitemon logs that an abstract socket cannot be used, and goes on", async () => {
  await using manager = new NotifyReceiver();
  await using producer = startProducer(manager, {
    env: { NOTIFY_SOCKET: "@/org/freedesktop/systemd1" },
  });
  const { message } = await producer.log("a warning", ({ category }) => category === "supervisor");
  match(message, /^not notifying the service manager: NOTIFY_SOCKET "?@/);
  strictEqual(await producer.stop(), 0);
});
