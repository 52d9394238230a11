/** The relay's end of its port to the outbox: an OutboxSource, with the publisher's notes. */
import { abortable } from "../../runtime/deadline.ts";
import { OutboxUnavailableError } from "../outbox_error.ts";
import type { OutboxSource, Settlement, TakeLimits } from "../outbox_source.ts";
import { rowsOf } from "./columns.ts";
import type { RelayAnswer, RelayRequest } from "./port_message.ts";
import type { OutboxRow, PublisherNotes } from "../publisher.ts";

type Pending = PromiseWithResolvers<RelayAnswer> & { readonly message: RelayRequest };

/** Asks the outbox of another thread. Requests wait while that thread is being replaced. */
export class OutboxClient implements OutboxSource, PublisherNotes {
  readonly #pending = new Map<number, Pending>();
  #port: MessagePort | undefined;
  #request = 0;

  /** Uses this port from now on; requests that were not answered on the former one are sent again. */
  connect(port: MessagePort): void {
    this.#port?.close();
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<RelayAnswer>) => this.#answered(data);
    for (const { message } of this.#pending.values()) port.postMessage(message);
  }

  async take(limits: TakeLimits, signal: AbortSignal): Promise<readonly OutboxRow[]> {
    if (signal.aborted) return [];
    const request = ++this.#request;
    try {
      const answer = await abortable(this.#ask({ type: "take", request, limits }), signal);
      return answer.type === "rows" ? rowsOf(answer.rows) : [];
    } catch (error) {
      if (signal.aborted) return [];
      throw error;
    } finally {
      if (this.#pending.delete(request)) this.#port?.postMessage({ type: "cancel", request });
    }
  }

  async settle(settlement: Settlement): Promise<void> {
    await this.#ask({ type: "settle", request: ++this.#request, settlement });
  }

  async readNotes(): Promise<ReadonlyMap<string, string>> {
    const answer = await this.#ask({ type: "notes", request: ++this.#request });
    return answer.type === "notes" ? answer.notes : new Map();
  }

  async writeNote(name: string, text: string): Promise<void> {
    await this.#ask({ type: "note", request: ++this.#request, name, text });
  }

  /** Closes the port; repeating it is harmless. */
  close(): void {
    this.#port?.close();
    this.#port = undefined;
  }

  #ask(message: RelayRequest): Promise<RelayAnswer> {
    const pending = { ...Promise.withResolvers<RelayAnswer>(), message };
    this.#pending.set(message.request, pending);
    this.#port?.postMessage(message);
    return pending.promise;
  }

  #answered(answer: RelayAnswer): void {
    const pending = this.#pending.get(answer.request);
    this.#pending.delete(answer.request);
    if (answer.type !== "unavailable") pending?.resolve(answer);
    else pending?.reject(new OutboxUnavailableError(answer.failure, answer.message));
  }
}
