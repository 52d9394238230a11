/** How many pings a producer takes while it checks, beside a bare Deno.serve that stores nothing. */
import { freePort } from "../../support/free_port.ts";
import { tokenOf } from "../frame/bench_producer.ts";
import { inRounds } from "../frame/rounds.ts";
import { quantile, type Scenario } from "../frame/scenario.ts";

const CHECKS_PER_SECOND = 500;
const SITES = 100;
/** At once, so that those that wait for a commit keep nobody from going on. */
const CLIENTS = 256;

export const pings: Scenario = {
  description: `pings beside ${CHECKS_PER_SECOND} checks/s, beside a bare Deno.serve`,
  async run(bench) {
    const topic = await bench.topic();
    const { plainPort } = await bench.web();
    const [port, barePort] = [freePort(), freePort()];
    await bench.producer({
      url: `http://127.0.0.1:${plainPort}/`,
      ...{ sites: bench.sized(1_000, 100), perSecond: CHECKS_PER_SECOND, topic },
      push: { port, sites: SITES },
    });
    await bench.floor("bare_pings.ts", { port: barePort });
    await topic.hasBegun();
    const windowMs = bench.sized(3_000, 300);
    const clients = bench.sized(CLIENTS, 16);
    const size = bench.sized({ rounds: 5, warmUps: 2 }, { rounds: 1 });
    const each = await inRounds({
      producer: () => pinged({ port, clients, windowMs }),
      bare: () => pinged({ port: barePort, clients, windowMs }),
    }, size);
    const one = await inRounds({
      producer: () => pinged({ port, clients: 1, windowMs: windowMs / 3 }),
    }, { rounds: 1 });
    return [
      {
        name: "pings, each on a connection of its own",
        unit: "/s",
        value: each.producer.perSecond,
        floor: each.bare.perSecond,
      },
      { name: `${clients} at once: 99 %`, unit: "ms", value: each.producer.slowestMs },
      { name: "one at a time: 99 %", unit: "ms", value: one.producer.slowestMs },
    ];
  },
};

/** Pings for a while as curl does, and throws unless each is answered by OK. */
async function pinged({ port, clients, windowMs }: {
  readonly port: number;
  readonly clients: number;
  readonly windowMs: number;
}) {
  const startMs = performance.now();
  const took: number[] = [];
  const client = async (first: number) => {
    for (let n = first; performance.now() - startMs < windowMs; n += clients) {
      const beganMs = performance.now();
      await ping(port, tokenOf(n % SITES));
      took.push(performance.now() - beganMs);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, n) => client(n)));
  const perSecond = took.length * 1_000 / (performance.now() - startMs);
  return { perSecond, slowestMs: quantile(took, 0.99) };
}

async function ping(port: number, token: string): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = `GET /push/${token} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n`;
  await conn.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(1_024);
  let answer = "";
  while (!answer.endsWith("OK")) {
    const count = await conn.read(buffer);
    if (count === null) throw new Error(`a ping was answered by ${JSON.stringify(answer)}`);
    answer += new TextDecoder().decode(buffer.subarray(0, count));
  }
  if (!answer.startsWith("HTTP/1.1 200 ")) throw new Error(answer);
}
