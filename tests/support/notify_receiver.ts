/** A service manager of the test's own: a datagram socket, and what was said to it. */
import { eventually } from "./waiting.ts";

const DEADLINE_MS = 60_000;

/** The lines of one message. */
export type Notification = Readonly<Record<string, string>>;

export class NotifyReceiver implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "sitemon-notify-" });
  /** What NOTIFY_SOCKET is to be. */
  readonly path = `${this.folder}/manager.sock`;
  readonly messages: Notification[] = [];
  readonly #socket = Deno.listenDatagram({ transport: "unixpacket", path: this.path });
  readonly #reading = this.#read();

  /** The first message, past or to come, that has this line. */
  async message(name: string, value?: string): Promise<Notification> {
    const has = (it: Notification) => name in it && (value === undefined || it[name] === value);
    return await eventually(DEADLINE_MS, `a message ${name}=${value ?? ""}`, () => {
      return this.messages.find(has);
    });
  }

  count(name: string): number {
    return this.messages.filter((message) => name in message).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#reading;
    await Deno.remove(this.folder, { recursive: true });
  }

  async #read(): Promise<void> {
    try {
      for await (const [bytes] of this.#socket) {
        const lines = new TextDecoder().decode(bytes).split("\n");
        this.messages.push(Object.fromEntries(lines.map((line) => line.split("=", 2))));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted)) {
        throw error;
      }
    }
  }
}
