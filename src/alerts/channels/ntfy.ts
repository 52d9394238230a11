/** ntfy, published as JSON: names and texts may be of any alphabet, which headers may not. */
import type { ChannelTargets } from "../../config/alerts.ts";
import { type ChannelFormat, jsonRequest } from "./channel_format.ts";
import { cut, jsonBytes, PLAIN, writeText } from "./markup.ts";

/** Longer messages become attachments. See https://docs.ntfy.sh/publish/#limitations */
export const NTFY_MESSAGE_BYTES_MAX = 4_096;
export const NTFY_TITLE_LENGTH_MAX = 250;
const ACTIONS_MAX = 3;

const PRIORITIES: ReadonlyMap<string | null, number> = new Map([
  [null, 3],
  ["critical", 5],
  ["warning", 4],
]);

export const ntfyRequests: ChannelFormat<ChannelTargets["ntfy"]> = (
  target,
  _,
  { text },
) => {
  const { token, headers } = target;
  const url = new URL(target.url);
  const topic = decodeURIComponent(url.pathname.replace(/^\/|\/$/g, ""));
  const lengths = { lengthMax: NTFY_MESSAGE_BYTES_MAX, lengthOf: jsonBytes };
  const [first] = text.entries;
  const links = first?.links ?? [];
  const page = links.find(({ label }) => label === "Status page") ?? links[0];
  const message = {
    topic,
    title: cut(text.title, NTFY_TITLE_LENGTH_MAX),
    message: writeText(text, PLAIN, lengths),
    priority: PRIORITIES.get(text.severity) ?? 3,
    tags: [text.severity === null ? "white_check_mark" : "rotating_light"],
    ...(page === undefined ? {} : { click: page.url }),
    actions: links.slice(0, ACTIONS_MAX)
      .map(({ label, url }) => ({ action: "view", label, url })),
  };
  url.pathname = "/";
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return [jsonRequest(url.href, message, { ...target, headers: { ...headers, ...authorization } })];
};
