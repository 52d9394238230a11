/** An outbox that is served to the other ends of its ports, as its thread does it. */
import type { Outbox, OutboxOptions } from "../../../src/outbox/outbox.ts";
import type { OutboxClient } from "../../../src/outbox/thread/outbox_client.ts";
import type { ReportSender } from "../../../src/outbox/thread/report_sender.ts";
import { serveOutbox } from "../../../src/outbox/thread/serve_outbox.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { OutboxFolder } from "../outbox_fixture.ts";

/** Its clock stands still, so that a test decides when a group is committed. */
export class ServedOutbox extends OutboxFolder {
  readonly #options: Partial<OutboxOptions>;
  serverClock = new FakeClock();
  outbox: Outbox;
  server: ReturnType<typeof serveOutbox>;
  readonly #ports: MessagePort[] = [];
  readonly #clients = new Set<OutboxClient>();

  constructor(options: Partial<OutboxOptions> = {}) {
    super();
    this.#options = options;
    this.outbox = this.open(options);
    this.server = serveOutbox(this.outbox, { clock: this.serverClock });
  }

  connect(sender: ReportSender): void {
    const { port1, port2 } = this.#channel();
    this.server.addScanner(port1);
    sender.connect(port2);
  }

  /** A scanner that sends nothing, so that the batches of another one wait for it. */
  connectSilent(): void {
    this.server.addScanner(this.#channel().port1);
  }

  connectRelay(client: OutboxClient): void {
    const { port1, port2 } = this.#channel();
    this.server.addRelay(port1);
    client.connect(port2);
    this.#clients.add(client);
  }

  /** Kills the outbox's thread and starts another one. Messages that it had read are lost. */
  replace(): void {
    this.outbox.close();
    this.#closePorts();
    this.outbox = this.open(this.#options);
    this.serverClock = new FakeClock();
    this.server = serveOutbox(this.outbox, { clock: this.serverClock });
  }

  override [Symbol.dispose](): void {
    for (const client of this.#clients) client.close();
    this.server.close();
    this.#closePorts();
    this.outbox.close();
    super[Symbol.dispose]();
  }

  #channel(): MessageChannel {
    const channel = new MessageChannel();
    this.#ports.push(channel.port1);
    return channel;
  }

  #closePorts(): void {
    for (const port of this.#ports.splice(0)) port.close();
  }
}
