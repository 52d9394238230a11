/** What a format of `alerts/channels/` is: from a delivery to the requests that tell a receiver of it. */
import type { ChannelTargets } from "../../config/alerts.ts";
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

/** The formats of these kinds of channels. */
export type Formats<Kind extends keyof ChannelTargets> = {
  readonly [K in Kind]: ChannelFormat<ChannelTargets[K]>;
};

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
