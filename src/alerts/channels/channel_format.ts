/** What a format of `alerts/channels/` is: from a delivery to the requests that tell a receiver of it. */
import type { Delivery } from "../../status/alert_store.ts";
import type { ChannelRequest } from "../http_exchange.ts";
import type { MessageText, MessageTextOptions } from "../message_text.ts";

export interface FormatContext extends MessageTextOptions {
  /** The channel's own. */
  readonly name: string;
  /** The delivery in words. */
  readonly text: MessageText;
}

/**
 * Pure: the same delivery and context give the same requests. They are sent in their order, and the delivery is
 * delivered when the receiver has accepted each of them.
 */
export type ChannelFormat<Target> = (
  target: Target,
  delivery: Delivery,
  context: FormatContext,
) => readonly ChannelRequest[];

/** A request with a JSON body. */
export function jsonRequest(
  url: string,
  value: unknown,
  { headers = {}, tls }: Pick<Partial<ChannelRequest>, "headers" | "tls"> = {},
): ChannelRequest {
  return {
    method: "POST",
    url,
    headers: { ...headers, "content-type": "application/json" },
    body: jsonOf(value),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** Without halves of surrogate pairs, which are no UTF-8. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_, part) => typeof part === "string" ? part.toWellFormed() : part);
}

/** What a severity looks like where a format has colors; `null` is an end. */
export function colorOf(severity: string | null): string {
  switch (severity) {
    case null:
      return "#2e7d32";
    case "critical":
      return "#c62828";
    case "warning":
      return "#ef6c00";
    default:
      return "#1565c0";
  }
}
