/** The outbox's end of the relay's port: keeps a request for rows until there are some. */
import type { Clock } from "../../runtime/clock.ts";
import type { Outbox } from "../outbox.ts";
import { OutboxUnavailableError } from "../outbox_error.ts";
import { rowColumns } from "./columns.ts";
import type { RelayAnswer, RelayRequest } from "./port_message.ts";
import type { OutboxRow } from "../publisher.ts";

type TakeRequest = RelayRequest & { type: "take" };

export interface RelayPortOptions {
  readonly outbox: Outbox;
  readonly clock: Clock;
}

/** One relay's port. Closing it releases what its relay had in flight. */
export class RelayPort {
  readonly #port: MessagePort;
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  #waiting: { message: TakeRequest; cancel: () => void } | undefined;

  constructor(port: MessagePort, { outbox, clock }: RelayPortOptions) {
    this.#port = port;
    this.#outbox = outbox;
    this.#clock = clock;
    port.onmessage = ({ data }: MessageEvent<RelayRequest>) =>
      this.#answering(data.request, () => this.#serve(data));
  }

  /** Looks again for rows, as some were stored. */
  wake(): void {
    const message = this.#endWait();
    if (message) this.#answering(message.request, () => this.#take(message));
  }

  close(): void {
    this.#endWait();
    this.#outbox.release();
    this.#port.close();
  }

  #serve(message: RelayRequest): void {
    switch (message.type) {
      case "take":
        this.#endWait();
        return this.#take(message);
      case "cancel":
        return void this.#endWait();
      case "settle":
        this.#outbox.settle(message.settlement);
        return this.#post({ type: "settled", request: message.request });
    }
  }

  #take(message: TakeRequest): void {
    const { request, limits } = message;
    const rows = this.#outbox.take(limits);
    if (rows.length > 0 || limits.waitMs <= 0) return this.#handOver(rows, request);
    const cancel = this.#clock.after(limits.waitMs, () => {
      this.#waiting = undefined;
      this.#handOver([], request);
    });
    this.#waiting = { message, cancel };
  }

  #endWait(): TakeRequest | undefined {
    const waiting = this.#waiting;
    waiting?.cancel();
    this.#waiting = undefined;
    return waiting?.message;
  }

  /** The relay asks again later when the disk fails; any other error ends this thread. */
  #answering(request: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof OutboxUnavailableError)) throw error;
      const { failure, message } = error;
      this.#post({ type: "unavailable", request, failure, message });
    }
  }

  #handOver(rows: readonly OutboxRow[], request: number): void {
    const columns = rowColumns(rows);
    this.#post({ type: "rows", request, rows: columns }, [columns.payloads.bytes.buffer]);
  }

  #post(answer: RelayAnswer, transfer: Transferable[] = []): void {
    this.#port.postMessage(answer, transfer);
  }
}
