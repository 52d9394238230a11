/** The relay's end of its port to the outbox: an OutboxSource. */
import type { OutboxSource, Settlement, TakeLimits } from "./outbox_source.ts";
import type { OutboxRow } from "./publisher.ts";

export class OutboxClient implements OutboxSource {
  /** Uses this port from now on; requests that were not answered on the former one are sent again. */
  connect(_port: MessagePort): void {
    throw new Error("skeleton");
  }

  take(_limits: TakeLimits, _signal: AbortSignal): Promise<readonly OutboxRow[]> {
    throw new Error("skeleton");
  }

  settle(_settlement: Settlement): Promise<void> {
    throw new Error("skeleton");
  }

  /** Lets go of the port; repeating it is harmless. */
  close(): void {
    throw new Error("skeleton");
  }
}
