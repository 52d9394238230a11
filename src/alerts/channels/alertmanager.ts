/**
 * Alertmanager, as Prometheus itself tells it: what lasts is sent again and again, with an end that
 * is ahead, so that an alert ends by itself when nobody sends it any more.
 *
 * @see https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
 */
import { inParts } from "../../runtime/in_parts.ts";
import type { AlertMessage } from "../../status/alert_store.ts";
import { isLasting } from "../message_text.ts";
import { type ChannelFormat, type FormatContext, jsonRequest } from "./channel_format.ts";
import { annotationsOf, labelsOf } from "./prometheus_alert.ts";

/** How often what lasts is sent again. */
export const ALERTMANAGER_RESEND_MS = 60_000;
/** Four of them may be missed, as Prometheus has it. */
const ENDS_AHEAD_MS = 4 * ALERTMANAGER_RESEND_MS;
/** Of one request, as Prometheus has it. */
export const ALERTMANAGER_BATCH_MAX = 256;

/** To one member of a cluster. */
export const alertmanagerRequests: ChannelFormat<{ readonly url: string }> = (
  { url },
  { messages },
  context,
) => {
  const alerts = messages.map((message) => alertOf(message, context));
  const address = `${url.replace(/\/$/, "")}/api/v2/alerts`;
  return inParts(alerts, ALERTMANAGER_BATCH_MAX).map((batch) => jsonRequest(address, batch));
};

function alertOf(message: AlertMessage, context: FormatContext) {
  const { alert, kind } = message;
  const annotations = annotationsOf(message, context);
  return {
    labels: labelsOf(alert),
    annotations,
    startsAt: alert.began_at.toISOString(),
    endsAt: new Date(context.nowMs + (isLasting(kind) ? ENDS_AHEAD_MS : 0)).toISOString(),
    ...(annotations.page_url === undefined ? {} : { generatorURL: annotations.page_url }),
  };
}
