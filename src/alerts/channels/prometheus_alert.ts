/** An alert in the words of Prometheus, which the formats `webhook` and `alertmanager` share. */
import type { Alert, AlertMessage } from "../../status/alert_store.ts";
import { headlineOf, messageText, type MessageTextOptions } from "../message_text.ts";

/** What the label names of Prometheus are made of. */
const NO_LABEL = /[^a-zA-Z0-9_]/g;

/** They identify an alert: the same of an alert from its beginning to its end. */
export function labelsOf(
  { rule, kind, severity, site, location, detail }: Alert,
): Record<string, string> {
  const { runbook: _runbook, depends_on: _parents, ...labels } = detail.labels;
  const given = Object.entries(labels).map(([name, value]) => {
    const word = name.replace(NO_LABEL, "_");
    return [/^\d/.test(word) ? `_${word}` : word, value] as const;
  });
  return {
    ...Object.fromEntries(given),
    alertname: rule,
    kind,
    severity,
    ...(site === null ? {} : { site }),
    ...(location === null ? {} : { location }),
  };
}

/** What may change while an alert lasts. */
export function annotationsOf(
  message: AlertMessage,
  options: MessageTextOptions,
): Record<string, string> {
  const { facts, links } = messageText({ messages: [message] }, options).entries[0]!;
  const names = {
    "Runbook": "runbook_url",
    "Status page": "page_url",
    "Site": "site_url",
  } as const;
  return {
    summary: headlineOf(message),
    description: facts.join("\n"),
    event: message.kind,
    alert_id: message.alert.id,
    ...Object.fromEntries(links.map(({ label, url }) => [names[label], url])),
  };
}

/** What all of them have in common. */
export function commonOf(
  all: readonly Readonly<Record<string, string>>[],
): Record<string, string> {
  const [first = {}, ...others] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((one) => one[name] === value)),
  );
}
